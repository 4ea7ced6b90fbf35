import type { Dialect } from '../http/dialect'
import { chat } from './chat'
import { directory } from './directory'
import { site } from './site'
import { social } from './social'
import { talent } from './talent'

/** Every dialect that Atrium speaks. A new one is a folder and a line here. */
export const dialects: readonly Dialect[] = [social, directory, chat, site, talent]
