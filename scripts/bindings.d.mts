export function openBindings(target: {
  readonly env: string
  readonly remote?: boolean
  readonly harness?: boolean
  readonly 'persist-to'?: string
}): Promise<{
  readonly name: string
  readonly db: D1Database
  readonly r2: R2Bucket
  close(): Promise<void>
}>
