import type { Context } from 'hono'
import { block, unblock } from '../../core/blocks'
import { failInput, failureOf } from '../../core/errors'
import { listFollows, listOwnFollows } from '../../core/follow-lists'
import { acceptFollow, follow, getFollowStatus, removeFollow, unfollow } from '../../core/follows'
import { listInviteCodes } from '../../core/invites'
import { pictureBytesMax, removePicture, setPicture } from '../../core/pictures'
import { describeScopes } from '../../core/scopes'
import { searchPeople } from '../../core/search'
import { body, params, query } from '../../http/body'
import { type AppEnv, EdgeError } from '../../http/dialect'
import { readFile } from '../../http/multipart'
import { createRoutes } from '../../http/routing'
import { shield } from '../../http/shield'
import { caller, session } from './callers'
import * as requests from './requests'
import { unwrapped } from './requests'
import {
  renderFollowed,
  renderFollowers,
  renderFollowing,
  renderFollowStatus,
  renderFound,
  renderInviteCodes,
  renderScopes,
  success,
} from './responses'

/** Invitations, search, the graph and the picture, in the order of the document. */

const target = body(requests.TargetBody, { unwrap: unwrapped })

export const graph = createRoutes()

graph.get('/user/invite-codes', caller('delegated:social:invite-code:read'), async (c) =>
  c.json(renderInviteCodes(await listInviteCodes(c.var.core, c.var.caller))),
)

graph.get('/user/scopes', (c) => c.json(renderScopes(describeScopes())))

graph.post(
  '/user/search',
  shield,
  caller('delegated:profile:search'),
  body(requests.SearchBody, { unwrap: unwrapped }),
  async (c) => {
    const { query: text, limit } = c.req.valid('json')
    return c.json(renderFound(await searchPeople(c.var.core, c.var.caller, text, limit)))
  },
)

/** Oneself is told as what it was: a target that does not do. */
function asTarget(value: string) {
  return (error: unknown): never => {
    if (failureOf(error)?.code !== 'same_account') throw error
    return failInput([{ field: 'target', rule: 'format', value }])
  }
}

graph.post('/user/block', shield, session('delegated:social:block:write'), target, async (c) => {
  const { target } = c.req.valid('json')
  await block(c.var.core, c.var.viewer, target).catch(asTarget(target))
  return c.json(success())
})

graph.post('/user/unblock', shield, session('delegated:social:block:write'), target, async (c) => {
  await unblock(c.var.core, c.var.viewer, c.req.valid('json').target)
  return c.json(success())
})

graph.post('/user/follow', session('delegated:social:follow:request'), target, async (c) => {
  const { target } = c.req.valid('json')
  const outcome = await follow(c.var.core, c.var.viewer, target).catch(asTarget(target))
  return c.json(renderFollowed(outcome))
})

graph.post('/user/unfollow', session('delegated:social:follow:unfollow'), target, async (c) => {
  await unfollow(c.var.core, c.var.viewer, c.req.valid('json').target)
  return c.json(success())
})

const page = query(requests.FollowsQuery)
const listing = caller('delegated:social:follow:read')
const path = params(requests.UserPath)

graph.get('/user/followers', listing, page, async (c) => {
  const asked = requests.toPage(c.req.valid('query'))
  const entries = await listOwnFollows(c.var.core, c.var.caller, 'followers', asked)
  return c.json(renderFollowers(entries))
})

graph.get('/user/follow-requests', listing, page, async (c) => {
  const asked = requests.toPage(c.req.valid('query'))
  const entries = await listOwnFollows(c.var.core, c.var.caller, 'requests', asked)
  return c.json(renderFollowers(entries))
})

graph.patch(
  '/user/follow-request',
  session('delegated:social:follow:accept'),
  body(requests.RequestBody, { unwrap: unwrapped }),
  async (c) => {
    await acceptFollow(c.var.core, c.var.viewer, c.req.valid('json').request)
    return c.json(success())
  },
)

graph.get('/user/following', listing, page, async (c) => {
  const asked = requests.toPage(c.req.valid('query'))
  const entries = await listOwnFollows(c.var.core, c.var.caller, 'following', asked)
  return c.json(renderFollowing(entries))
})

graph.get('/user/:userId/followers', listing, path, page, async (c) => {
  const { userId } = c.req.valid('param')
  const asked = requests.toPage(c.req.valid('query'))
  const entries = await listFollows(c.var.core, c.var.caller, userId, 'followers', asked)
  return c.json(renderFollowers(entries))
})

graph.get('/user/:userId/following', listing, path, page, async (c) => {
  const { userId } = c.req.valid('param')
  const asked = requests.toPage(c.req.valid('query'))
  const entries = await listFollows(c.var.core, c.var.caller, userId, 'following', asked)
  return c.json(renderFollowing(entries))
})

graph.delete(
  '/user/follow-entry',
  session('delegated:social:follow:remove'),
  body(requests.EntryBody, { unwrap: unwrapped }),
  async (c) => {
    await removeFollow(c.var.core, c.var.viewer, c.req.valid('json').entry)
    return c.json(success())
  },
)

async function answerStatus(c: Context<AppEnv>, id: string) {
  return c.json(renderFollowStatus(await getFollowStatus(c.var.core, c.var.caller, id)))
}

graph.get(
  '/user/follow-status',
  caller('delegated:social:follow:read'),
  query(requests.TargetQuery),
  (c) => answerStatus(c, c.req.valid('query').target),
)

graph.get(
  '/user/follow-status/:userId',
  caller('delegated:social:follow:read'),
  params(requests.UserPath),
  (c) => answerStatus(c, c.req.valid('param').userId),
)

/** Documented under one name in the table and another in the sample. */
const pictureFields = ['profilePicture', 'profile-picture']

graph.patch('/user/profile-picture', shield, session('delegated:profile:write'), async (c) => {
  const picture = await readFile(c, pictureFields, pictureBytesMax)
  const signedUrl = await setPicture(c.var.core, c.var.viewer, picture)
  return c.json(success({ signedUrl }))
})

graph.delete('/user/profile-picture', session('delegated:profile:write'), async (c) => {
  await removePicture(c.var.core, c.var.viewer)
  return c.json(success())
})

/** Paths of one segment without a GET. They fit `:userId`, which would have one to offer. */
const methods: { readonly [path: string]: readonly string[] } = {
  create: ['POST'],
  login: ['POST'],
  'do-2fa': ['POST'],
  '2fa': ['POST'],
  private: ['POST'],
  'reset-password': ['POST'],
  search: ['POST'],
  block: ['POST'],
  unblock: ['POST'],
  follow: ['POST'],
  unfollow: ['POST'],
  'follow-request': ['PATCH'],
  'follow-entry': ['DELETE'],
  'profile-picture': ['PATCH', 'DELETE'],
}
for (const [path, allow] of Object.entries(methods)) {
  graph.all(`/user/${path}`, () => {
    throw new EdgeError({ code: 'method_not_allowed', allow })
  })
}
