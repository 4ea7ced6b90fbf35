import { runAdmin, usage } from './admin-commands.mjs'
import { chooseTarget, execute, fail } from './target.mjs'

try {
  process.exitCode = await runAdmin(process.argv.slice(2), (values) => {
    const target = chooseTarget(values)
    return { name: target.name, execute: (sql) => execute(target, sql) }
  })
} catch (error) {
  fail(error, usage)
}
