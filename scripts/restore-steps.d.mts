export function inspectBackup(file: string): Promise<{ readonly migration: string }>
