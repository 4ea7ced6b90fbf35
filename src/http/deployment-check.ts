import { check, checkDeployment } from '../core/deployment-check'
import { isToken, parseBearer } from './credentials'
import { logProblem } from './log'
import { createRoutes } from './routing'
import { shield } from './shield'

/** What `npm run deploy` asks in the end, with a token that only the operator can have put into D1. */
export const deploymentCheck = createRoutes()

deploymentCheck.post('/healthz/deep', shield, async (c) => {
  const token = parseBearer(c.req.header('Authorization'))
  const checks = [
    ...(await checkDeployment(c.var.core, token !== null && isToken(token) ? token : null)),
    await check('rate limiter', () => c.env.RATE_LIMIT.limit({ key: 'deployment check' })),
  ]
  const failed = checks.filter(({ problem }) => problem !== null)
  for (const { problem } of failed) logProblem(problem)
  const parts = checks.map(({ part, problem }) => [part, problem === null ? 'ok' : 'failed'])
  return c.json(Object.fromEntries(parts), failed.length === 0 ? 200 : 503)
})
