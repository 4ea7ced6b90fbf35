export function backupLines(
  db: D1Database,
  counts: { [table: string]: number },
  say: (what: string, count?: number) => void,
): AsyncGenerator<string>
