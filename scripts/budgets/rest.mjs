import { createHash } from 'node:crypto'
import { places } from '../../dev/wrangler.mjs'
import { execute } from '../target.mjs'
import { bearing, pictureForm } from './people.mjs'

// What belongs to no API and needs nobody.

export async function measureRest({ measuring, send }, { member, server }) {
  const measure = measuring('rest')
  await measure('GET /', { budget: 0 })
  await measure('GET /healthz')
  const token = allowDeepCheck(server)
  await measure('POST /healthz/deep', { headers: bearing(token) })
  const { jar } = await member('rest_person')
  const upload = { method: 'PATCH', body: pictureForm('profilePicture'), jar }
  const { data } = await send('/social/user/profile-picture', upload)
  const { pathname, search } = new URL(data.signedUrl)
  await measure('GET /pictures/:accountId/:token', { at: pathname + search })
}

/** Puts a token into D1, as the operator does after deploying. */
function allowDeepCheck({ state }) {
  const token = 'd'.repeat(43)
  const hash = createHash('sha256').update(token).digest('base64url')
  const flags = ['--config', places.harness.config, '--local', '--persist-to', state]
  execute(
    { name: 'the state of the harness', flags },
    `INSERT INTO deployment_checks (token_hash, expires_at) VALUES ('${hash}', ${Date.now() + 60_000})`,
  )
  return token
}
