import { chat } from './chat'
import type { Api } from './describe'
import { directory } from './directory'
import { oauth } from './oauth'
import { site } from './site'
import { social } from './social'
import { talent } from './talent'

/** Every API that has a document: a new one is a file and a line here. */
export const apis: readonly Api[] = [chat, directory, oauth, site, social, talent]
