export interface Header {
  readonly migration: string
}

export function inspectBackup(file: string): Promise<Header>

export function restoreBackup(
  place: { readonly db: D1Database; readonly r2: R2Bucket },
  file: string,
  header: Header,
  flags: {
    readonly objects?: string
    readonly replace?: boolean
    readonly 'keep-sessions'?: boolean
  },
  say: (what: string, count?: number) => void,
): Promise<{
  readonly tables: readonly {
    readonly name: string
    readonly there: number
    readonly leftOut: number
  }[]
  readonly objects: { readonly stored: number; readonly there: number } | null
}>
