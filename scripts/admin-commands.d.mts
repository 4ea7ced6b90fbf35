export const usage: string

export function runAdmin(
  args: readonly string[],
  openDatabase: () => {
    readonly name: string
    execute(sql: string): Promise<readonly unknown[]>
  },
): Promise<number>
