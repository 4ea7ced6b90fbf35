// The pages of administrators.

const section = '/administration'
const form = { status: 303 }

export async function measureAdministration({ measuring }, { administrator: { jar }, member }) {
  const measure = measuring('administration')
  await measure(`GET ${section}`, { jar })
  await measurePeople(measure, { jar, member })
  await measureApplications(measure, jar)
  await measureWebhooks(measure, jar)
  await measure(`GET ${section}/audit`, { jar })
}

async function measurePeople(measure, { jar, member }) {
  const people = `${section}/people`
  const { id, username } = await member('somebody_else')
  const person = `${people}/${id}`
  const act = (word, given) =>
    measure(`POST ${people}/:id/${word}`, { ...form, at: `${person}/${word}`, jar, ...given })
  await measure(`GET ${people}`, { at: `${people}?q=somebody`, jar })
  await measure(`GET ${people}/:id`, { at: person, jar })
  for (const word of ['end-sessions', 'disable', 'enable', 'grant', 'revoke', 'reset'])
    await act(word)
  await measure(`GET ${people}/:id/delete`, { at: `${person}/delete`, jar })
  await act('delete/confirm', { body: { username } })
}

async function measureApplications(measure, jar) {
  const applications = `${section}/applications`
  const clientId = 'counted'
  const body = { clientId, name: 'Counted', redirectUris: 'https://a.example/', scopes: 'openid' }
  await measure(`POST ${applications}/add`, { body, jar })
  await measure(`GET ${applications}`, { jar })
  await measure(`POST ${applications}/renew`, { body: { clientId }, jar })
  await measure(`POST ${applications}/remove`, { ...form, body: { clientId }, jar })
}

async function measureWebhooks(measure, jar) {
  const webhooks = `${section}/webhooks`
  const added = { url: 'https://hooks.example/', eventTypes: 'block.created' }
  await measure(`POST ${webhooks}/add`, { body: added, jar })
  const page = await measure(`GET ${webhooks}`, { jar })
  const [webhookId] = /wh_[0-9a-f]{24}/.exec(page)
  const at = `${webhooks}/${webhookId}`
  const body = { webhookId }
  await measure(`GET ${webhooks}/:webhookId`, { at, jar })
  await measure(`POST ${webhooks}/pause`, { ...form, body, jar })
  await measure(`POST ${webhooks}/resume`, { ...form, body, jar })
  const again = `${at}/redeliver`
  await measure(`POST ${webhooks}/:webhookId/redeliver`, { ...form, at: again, jar })
  await measure(`POST ${webhooks}/remove`, { ...form, body, jar })
}
