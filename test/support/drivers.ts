import { chat } from '../dialects/chat/driver'
import { directory } from '../dialects/directory/driver'
import { site } from '../dialects/site/driver'
import { social } from '../dialects/social/driver'
import { talent } from '../dialects/talent/driver'
import type { AccountDriver } from './driver'

/** One driver per dialect: the contract suite runs through each of them. */
export const drivers: readonly AccountDriver[] = [social, directory, chat, site, talent]
