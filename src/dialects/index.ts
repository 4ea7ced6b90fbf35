import type { Dialect } from '../http/dialect'
import { social } from './social'

/** Every dialect that Atrium speaks. A new one is a folder and a line here. */
export const dialects: readonly Dialect[] = [social]
