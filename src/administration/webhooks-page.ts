import type { Context } from 'hono'
import { html } from 'hono/html'
import {
  addWebhook,
  countedMax,
  type DeadLetter,
  eventTypes,
  type ListedWebhook,
  listDeadLetters,
  listWebhooks,
  redeliver,
  removeWebhook,
  setPaused,
  webhooksMax,
} from '../core/webhooks'
import { body } from '../http/body'
import { type AppEnv, EdgeError } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { attributes, button, field, hidden, problem } from '../http/page-parts'
import { buttonForm, goBack, table } from '../http/page-sections'
import { day, moment } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { caller, recent, session } from './callers'
import { answerAdministration } from './layout'
import { ChosenDelivery, ChosenWebhook, WebhookForm } from './requests'

/** Who is told of what happens here, and what they did not take. */

const path = '/administration/webhooks'
const deadLettersShown = 100

export const webhooksPage = createRoutes()

webhooksPage.get(path, caller, (c) => answerWebhooks(c))

webhooksPage.post(`${path}/add`, session, recent, body(WebhookForm), async (c) => {
  const typed = c.req.valid('json')
  try {
    const { secret } = await addWebhook(c.var.core, c.var.viewer, typed)
    return answerSecret(c, secret)
  } catch (error) {
    // With five there is no form, and events are ticked: what is wrong is the address.
    const refused = { ...explain(c, error), text: refusedText }
    return answerWebhooks(c, { refused, typed })
  }
})

for (const [word, isPaused] of [
  ['pause', true],
  ['resume', false],
] as const) {
  webhooksPage.post(`${path}/${word}`, session, recent, body(ChosenWebhook), async (c) => {
    const { webhookId } = c.req.valid('json')
    await setPaused(c.var.core, c.var.viewer, { webhookId, isPaused })
    return goBack(c, path, word)
  })
}

webhooksPage.post(`${path}/remove`, session, recent, body(ChosenWebhook), async (c) => {
  await removeWebhook(c.var.core, c.var.viewer, c.req.valid('json').webhookId)
  return goBack(c, path, 'removed')
})

webhooksPage.get(`${path}/:webhookId`, caller, async (c) => {
  const asked = { webhookId: c.req.param('webhookId'), limit: deadLettersShown }
  const { webhook, deadLetters } = await listDeadLetters(c.var.core, c.var.caller, asked)
  if (webhook === null) throw new EdgeError({ code: 'route_not_found' })
  const again = `${path}/${webhook.webhookId}/redeliver`
  const content = html`<section><p><code>${webhook.url}</code></p>
${deadLettersTable(deadLetters, again)}
${deadLetters.length === 0 ? '' : buttonForm(again, 'Send all again')}</section>
<p class="hint">Times are in UTC. What was tried eight times is kept here for 30 days.</p>`
  const done = { again: 'It is sent again within a minute.' }
  return answerAdministration(c, { section: path, title: 'Given up', content, done })
})

webhooksPage.post(
  `${path}/:webhookId/redeliver`,
  session,
  recent,
  body(ChosenDelivery),
  async (c) => {
    const webhookId = c.req.param('webhookId')
    const { deliveryId = null } = c.req.valid('json')
    await redeliver(c.var.core, c.var.viewer, { webhookId, deliveryId })
    return goBack(c, `${path}/${encodeURIComponent(webhookId)}`, 'again')
  },
)

/** Told in the answer itself and never again. */
function answerSecret(c: Context<AppEnv>, secret: string) {
  const content = html`<section><p>Every message is signed with this secret. It is not shown again: keep it now.</p>
<p><code>${secret}</code></p>
<p class="actions"><a class="button primary" href="${path}">I have kept it</a></p></section>`
  return answerAdministration(c, { section: path, title: 'The secret', content })
}

const refusedText = 'This address cannot be used. It takes https and a public name.'
const fullText = `There are ${webhooksMax} already. Remove one before you add another.`

interface Shown {
  readonly refused?: Refused
  readonly typed?: { readonly url: string; readonly eventTypes: readonly string[] }
}

async function answerWebhooks(c: Context<AppEnv>, { refused, typed }: Shown = {}) {
  const { webhooks } = await listWebhooks(c.var.core, c.var.caller)
  const list =
    webhooks.length === 0
      ? html`<p>Nobody is told anything.</p>`
      : html`<ul class="rows">${webhooks.map(row)}</ul>`
  const form =
    webhooks.length >= webhooksMax
      ? html`<p>${fullText}</p>`
      : html`<form method="post" action="${path}/add">
${field({ label: 'Address', name: 'url', type: 'url', value: typed?.url, maxlength: 2000, placeholder: 'https://', hint: 'It is sent a signed message about each event, within a minute.' })}
<fieldset><legend>Events</legend>${eventTypes.map((type) => box(type, typed?.eventTypes ?? []))}
<p class="hint">Tick none to be told everything.</p></fieldset>
<p class="actions">${button('Add')}</p></form>`
  const content = html`<section>${list}</section>
<section><h2>Add one</h2>${problem(refused?.text ?? null)}
${form}</section>`
  const done = {
    pause: 'Nothing is sent there now. What happens waits, up to 30 days.',
    resume: 'What waited is sent within a minute.',
    removed: 'It is gone, and what waited for it.',
  }
  return answerAdministration(c, { section: path, title: 'Webhooks', content, done, refused })
}

function box(type: string, ticked: readonly string[]): Html {
  const given = {
    type: 'checkbox',
    name: 'eventTypes',
    value: type,
    checked: ticked.includes(type),
  }
  return html`<label class="check"><input${attributes(given)}> <code>${type}</code></label>`
}

const counted = (count: number) => (count < countedMax ? `${count}` : `${countedMax} or more`)

function row({ webhookId, url, eventTypes, addedAt, pausedAt, waiting, givenUp }: ListedWebhook) {
  const given = { fields: hidden('webhookId', webhookId), about: url }
  return html`<li><div class="row-text"><strong><bdi>${url}</bdi></strong>
${pausedAt === null ? '' : html`<span class="badge">Paused</span>`}
<small>Added ${day(addedAt)} · ${eventTypes.join(', ') || 'every event'}</small>
<small>${counted(waiting)} to be sent · <a href="${path}/${webhookId}">${counted(givenUp)} given up</a></small></div>
<div class="actions">${
    pausedAt === null
      ? buttonForm(`${path}/pause`, 'Pause', given)
      : buttonForm(`${path}/resume`, 'Go on', given)
  }
${buttonForm(`${path}/remove`, 'Remove', { ...given, kind: 'danger' })}</div></li>`
}

function deadLettersTable(deadLetters: readonly DeadLetter[], again: string): Html {
  return table<DeadLetter>(
    [
      { head: 'Happened', cell: ({ happenedAt }) => moment(happenedAt) },
      { head: 'Event', cell: ({ eventType }) => html`<code>${eventType}</code>` },
      { head: 'Given up', cell: ({ givenUpAt }) => moment(givenUpAt) },
      { head: 'Why', cell: ({ lastProblem }) => lastProblem ?? '' },
      {
        head: 'Again',
        cell: ({ deliveryId, eventType }) =>
          buttonForm(again, 'Send again', {
            fields: hidden('deliveryId', deliveryId),
            about: eventType,
          }),
      },
    ],
    deadLetters,
    'Nothing was given up.',
  )
}
