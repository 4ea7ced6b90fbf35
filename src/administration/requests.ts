import * as z from 'zod/mini'

/** What the forms of administrators send. */

const trimmed = z.string().check(z.trim())
const optional = z._default(trimmed, '')

const Id = z.optional(z.string().check(z.maxLength(64)))
export const PeopleQuery = z.object({ q: optional, before: Id })
export const AuditQuery = z.object({ before: Id })
export const ClientsQuery = z.object({ after: Id })

export const DeletionForm = z.object({ username: trimmed })

/** One on each line, or after a blank. */
const list = z.pipe(
  optional,
  z.transform((sent) => sent.split(/\s+/).filter((one) => one !== '')),
)
/** A box that is not ticked is not sent. */
const box = z.pipe(
  z.optional(z.string()),
  z.transform((sent) => sent !== undefined),
)

export const ClientForm = z.object({
  clientId: trimmed,
  name: trimmed,
  redirectUris: list,
  logoutUris: list,
  scopes: list,
  isPublic: box,
  isFirstParty: box,
})
export const ChosenClient = z.object({ clientId: z.string() })

/** Boxes of one name: none that is ticked is not sent, one is a text, several are a list. */
const boxes = z.pipe(
  z._default(z.union([z.string(), z.array(z.string())]), []),
  z.transform((sent) => (typeof sent === 'string' ? [sent] : sent)),
)

export const WebhookForm = z.object({ url: trimmed, eventTypes: boxes })
export const ChosenWebhook = z.object({ webhookId: z.string() })
export const ChosenDelivery = z.object({ deliveryId: z.optional(z.string()) })
