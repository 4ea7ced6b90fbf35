/** A Cloudflare account as `npm run deploy` sees it: through wrangler's commands and the Worker's answers. */

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface FakeAccount {
  isLoggedIn: boolean
  hasAccounts: boolean
  readonly databases: { uuid: string; name: string }[]
  readonly namespaces: { id: string; title: string }[]
  readonly buckets: string[]
  /** Null before there is a Worker. */
  secrets: Map<string, string> | null
  /** Every command that was run, in order. */
  readonly commands: string[]
  /** Those of them that change something. */
  changes(): string[]
  /** The next command that begins so fails, before or after it has done its work. */
  failNext(beginning: string, when?: 'before' | 'after'): void
  /** What the deployment answers, the next first; a report that all is well when there is no other. */
  readonly answers: (Response | Error)[]
  readonly asked: { readonly url: string; readonly token: string }[]
  readonly printed: string[]
  readonly world: {
    run(args: readonly string[], input?: string): Ran
    ask(url: string, init: RequestInit): Promise<Response>
    print(line: string): void
    wait(ms: number): Promise<void>
    triesMax: number
  }
}

const ok = (stdout = ''): Ran => ({ code: 0, stdout, stderr: '' })
const refused = (stderr: string): Ran => ({ code: 1, stdout: '', stderr })

const changing =
  /^(d1 create|kv namespace create|r2 bucket create|d1 migrations apply|secret put|deploy( (?!.*--dry-run)|$)|d1 execute .*INSERT)/

export function fakeAccount(): FakeAccount {
  let failure: { beginning: string; when: 'before' | 'after' } | null = null
  let ids = 0

  function strike(command: string, when: 'before' | 'after'): boolean {
    if (failure?.when !== when || !command.startsWith(failure.beginning)) return false
    failure = null
    return true
  }

  function work(args: readonly string[], input: string | undefined): Ran {
    const command = args.join(' ')
    const [, , third = ''] = args
    ids += 1
    if (!account.isLoggedIn && !command.includes('--dry-run')) return refused('Not logged in.')
    if (command.startsWith('whoami')) return ok('{}')
    if (command.startsWith('d1 list')) return ok(JSON.stringify(account.databases))
    if (command.startsWith('d1 create')) {
      account.databases.push({ uuid: `database-${ids}`, name: third })
      return ok('Created your new D1 database.')
    }
    if (command.startsWith('kv namespace list')) return ok(JSON.stringify(account.namespaces))
    if (command.startsWith('kv namespace create')) {
      account.namespaces.push({ id: `namespace-${ids}`, title: args[3] ?? '' })
      return ok('Success!')
    }
    if (command.startsWith('r2 bucket list')) {
      const lines = account.buckets.map((name) => `name:           ${name}\ncreation_date:  today`)
      return ok(`Listing buckets...\n${lines.join('\n\n')}`)
    }
    if (command.startsWith('r2 bucket create')) {
      account.buckets.push(args[3] ?? '')
      return ok()
    }
    if (command.startsWith('d1 migrations apply')) return ok()
    if (command.startsWith('d1 execute')) {
      return ok(JSON.stringify([{ results: account.hasAccounts ? [{ 1: 1 }] : [] }]))
    }
    if (command.startsWith('secret list')) {
      if (account.secrets === null)
        return refused('✘ [ERROR] Worker "atrium" not found.\n\nIf this …')
      return ok(JSON.stringify([...account.secrets.keys()].map((name) => ({ name }))))
    }
    if (command.startsWith('secret put')) {
      account.secrets ??= new Map()
      account.secrets.set(third, input ?? '')
      return ok()
    }
    if (command.startsWith('deploy')) {
      if (!command.includes('--dry-run')) account.secrets ??= new Map()
      return ok('Total Upload: 1 KiB / gzip: 1 KiB')
    }
    return refused(`unknown: ${command}`)
  }

  const account: FakeAccount = {
    isLoggedIn: true,
    hasAccounts: false,
    databases: [],
    namespaces: [],
    buckets: [],
    secrets: null,
    commands: [],
    changes: () => account.commands.filter((command) => changing.test(command)),
    failNext(beginning, when = 'before') {
      failure = { beginning, when }
    },
    answers: [],
    asked: [],
    printed: [],
    world: {
      run(args, input) {
        const command = args.join(' ')
        account.commands.push(command)
        if (strike(command, 'before')) return refused('the network is down')
        const ran = work(args, input)
        return strike(command, 'after') ? refused('the connection was lost') : ran
      },
      async ask(url, init) {
        const [, token = ''] = new Headers(init.headers).get('Authorization')?.split(' ') ?? []
        account.asked.push({ url, token })
        const answer = account.answers.shift() ?? Response.json({ password: 'ok', database: 'ok' })
        if (answer instanceof Error) throw answer
        return answer
      },
      print: (line) => account.printed.push(line),
      wait: async () => {},
      triesMax: 3,
    },
  }
  return account
}
