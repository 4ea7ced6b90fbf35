import { expect } from 'vitest'
import { anybody, type Mutation, nothingElse } from './attempts'
import { newPerson, type Received } from './harness'
import {
  type App,
  codeIn,
  isGood,
  newApp,
  newCode,
  newRequest,
  newTokens,
  post,
  redeem,
  refresh,
  visit,
} from './oauth-flow'

/** Requests by which an application gets its tokens, with how it shows from outside. */

let made: Promise<App> | undefined

/** One application for all cases. It had a token before, so that the signing keys are known. */
function anApp(): Promise<App> {
  made ??= newApp().then(async (app) => {
    await newTokens(app, await newPerson())
    return app
  })
  return made
}

const isRefusal = ({ status, text }: Received) =>
  status === 503 && text === '{"error":"temporarily_unavailable"}'

/** What was handed out is good, and goes on. */
async function expectTokens(app: App, { json }: Received): Promise<void> {
  expect(await isGood(json.access_token)).toBe(true)
  expect((await refresh(app, json.refresh_token)).status).toBe(200)
}

export const redeeming: Mutation = {
  name: 'redeeming a code',
  isRefusal,
  async begin() {
    const app = await anApp()
    const { redeem } = await newCode(app, await anybody())
    return {
      send: redeem,
      expectUndone: nothingElse,
      expectDone: (answer) => expectTokens(app, answer),
    }
  },
}

export const refreshing: Mutation = {
  name: 'refreshing',
  isRefusal,
  async begin() {
    const app = await anApp()
    const { refresh_token } = await newTokens(app, await anybody())
    return {
      send: () => refresh(app, refresh_token),
      expectUndone: nothingElse,
      expectDone: (answer) => expectTokens(app, answer),
    }
  },
}

export const consenting: Mutation = {
  name: 'consenting',
  isRefusal: ({ status, text }) => status === 503 && text.includes('<h1>Please try again'),
  async begin() {
    const [app, person] = [await anApp(), await anybody()]
    const { address, verifier } = newRequest(app, { prompt: 'consent' })
    const place = await visit(person, address)
    return {
      send: () => post(person, place, { decision: 'allow' }),
      expectUndone: nothingElse,
      async expectDone({ headers }) {
        const code = codeIn(new URL(headers.get('Location') ?? ''))
        await expectTokens(app, await redeem(app, code, verifier))
      },
    }
  },
}
