import { social } from '../dialects/social/driver'
import type { AccountDriver } from './driver'

/** One driver per dialect: the contract suite runs through each of them. */
export const drivers: readonly AccountDriver[] = [social]
