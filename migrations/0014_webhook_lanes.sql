ALTER TABLE `webhooks` ADD `leased_by` text;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `leased_until` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `failing_since` integer;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `removed_at` integer;--> statement-breakpoint
-- drizzle knows no index on an expression. What an account has become is told once, however often it changes meanwhile.
CREATE INDEX `webhook_deliveries_update` ON `webhook_deliveries` (`event_data` ->> 'accountId')
  WHERE `event_type` = 'account.updated' AND `tries` = 0 AND `given_up_at` IS NULL;
--> statement-breakpoint
DROP TRIGGER `webhook_events_insert`;--> statement-breakpoint
-- An update that is still to be tried becomes the new one and keeps its place, but for the thirty days that it may wait.
-- It gets another id: where the former one is under way, what settles that by its id leaves this one waiting.
CREATE TRIGGER `webhook_events_insert` INSTEAD OF INSERT ON `webhook_events` BEGIN
  UPDATE `webhook_deliveries` SET
    `delivery_id` = printf('%08x', unixepoch()) || lower(hex(randomblob(8))), `event_data` = new.`event_data`,
    `happened_at` = CAST(unixepoch('subsec') * 1000 AS INTEGER),
    `due_at` = MAX(`due_at`, (unixepoch() - 86400) * 1000)
  WHERE new.`event_type` = 'account.updated' AND `event_type` = 'account.updated' AND `tries` = 0 AND `given_up_at` IS NULL
    AND `event_data` ->> 'accountId' = new.`event_data` ->> 'accountId';
  INSERT INTO `webhook_deliveries` (`delivery_id`, `webhook_id`, `event_type`, `event_data`, `happened_at`, `due_at`)
  SELECT printf('%08x', `at` / 1000) || lower(hex(randomblob(8))), `webhook_id`, new.`event_type`, new.`event_data`, `at`, `at`
  FROM `webhooks` JOIN (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS `at`)
  WHERE `removed_at` IS NULL AND (`event_types` = '[]' OR instr(`event_types`, '"' || new.`event_type` || '"') > 0)
    AND NOT (new.`event_type` = 'account.updated' AND EXISTS (SELECT 1 FROM `webhook_deliveries` AS `waiting`
      WHERE `waiting`.`event_type` = 'account.updated' AND `waiting`.`tries` = 0 AND `waiting`.`given_up_at` IS NULL
        AND `waiting`.`event_data` ->> 'accountId' = new.`event_data` ->> 'accountId'
        AND `waiting`.`webhook_id` = `webhooks`.`webhook_id`));
END;
