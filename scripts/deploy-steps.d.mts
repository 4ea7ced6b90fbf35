import type { FakeAccount } from '../test/support/fake-account'

export function deploy(
  options: {
    readonly environment: 'staging' | 'production'
    readonly isDryRun: boolean
    readonly config: string
    readonly origin?: string
    readonly mailFrom?: string
  },
  world?: Partial<FakeAccount['world']>,
): Promise<void>
