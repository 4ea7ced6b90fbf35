import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The tables of whoever runs the place. */

/** Tokens of one use that `npm run deploy` puts here, so that nobody else can ask for a check. */
export const deploymentChecks = sqliteTable(
  'deployment_checks',
  {
    tokenHash: text('token_hash').primaryKey(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('deployment_checks_expires').on(t.expiresAt)],
)

/**
 * What administrators did. Written in the batch of what it tells of, and without references, because
 * it has to outlive both sides.
 */
export const auditEntries = sqliteTable(
  'audit_entries',
  {
    /** 24 hex digits that sort by time. */
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    /** The administrator's id, and the username of then; both null for whoever has the shell. */
    actorId: text('actor_id'),
    actorName: text('actor_name'),
    act: text('act').notNull(),
    /** The id of an account, an application or a webhook, and how it was called then. */
    subjectId: text('subject_id'),
    subjectName: text('subject_name'),
    detail: text('detail'),
  },
  (t) => [
    index('audit_entries_subject').on(t.subjectId, t.id),
    index('audit_entries_actor').on(t.actorId, t.id),
    index('audit_entries_at').on(t.at),
  ],
)

/** What happened in an hour, counted by cron from the rows that tell of it: counting twice changes nothing. */
export const hourlyFigures = sqliteTable('hourly_figures', {
  /** When the hour began. */
  hour: integer('hour').primaryKey(),
  signUps: integer('sign_ups').notNull(),
  signIns: integer('sign_ins').notNull(),
  failedSignIns: integer('failed_sign_ins').notNull(),
})

/** Who is told of what happens here. */
export const webhooks = sqliteTable('webhooks', {
  webhookId: text('webhook_id').primaryKey(),
  url: text('url').notNull(),
  /** What its messages are signed with, sealed. */
  signingSecret: text('signing_secret').notNull(),
  /** The types of event that it asked for, as a JSON array; empty for all. */
  eventTypes: text('event_types', { mode: 'json' }).$type<string[]>().notNull(),
  addedAt: integer('added_at').notNull(),
  pausedAt: integer('paused_at'),
  /** The run that has it to itself, and until when, so that one message is under way at a time. */
  leasedBy: text('leased_by'),
  leasedUntil: integer('leased_until').notNull().default(0),
  /** When it first failed of all that it took nothing of since; null while it takes what it is sent. */
  failingSince: integer('failing_since'),
  /** Nobody's any more: it goes when what waited for it has gone, in pieces. */
  removedAt: integer('removed_at'),
})

/** A message to one webhook: written by triggers in the change that it tells of, gone when it was taken. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    deliveryId: text('delivery_id').primaryKey(),
    webhookId: text('webhook_id')
      .notNull()
      .references(() => webhooks.webhookId, { onDelete: 'cascade' }),
    eventType: text('event_type').notNull(),
    /** JSON. */
    eventData: text('event_data').notNull(),
    happenedAt: integer('happened_at').notNull(),
    dueAt: integer('due_at').notNull(),
    tries: integer('tries').notNull().default(0),
    /** Of versions before migration 0014, which leased each message. */
    leasedBy: text('leased_by'),
    /** Tried for the last time: it waits here for a person. */
    givenUpAt: integer('given_up_at'),
    lastProblem: text('last_problem'),
  },
  (t) => [
    // What waits and what was given up, each by webhook, so that what is paused is not gone over each minute.
    index('webhook_deliveries_webhook').on(t.webhookId, t.givenUpAt, t.dueAt),
  ],
)
