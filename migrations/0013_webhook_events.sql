DROP INDEX `webhook_deliveries_due`;--> statement-breakpoint
DROP INDEX `webhook_deliveries_given_up`;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_webhook` ON `webhook_deliveries` (`webhook_id`,`given_up_at`,`due_at`);--> statement-breakpoint
-- What happens to accounts and between them, told to webhooks. drizzle knows no views and no triggers.
-- What is put into this view becomes a delivery to each webhook that asked for it, at the database's own time, as
-- not every change leaves one in its row. Ids, never addresses: whoever may know more asks an API by them.
CREATE VIEW `webhook_events` AS SELECT '' AS `event_type`, '' AS `event_data` WHERE 0;
--> statement-breakpoint
CREATE TRIGGER `webhook_events_insert` INSTEAD OF INSERT ON `webhook_events` BEGIN
  INSERT INTO `webhook_deliveries` (`delivery_id`, `webhook_id`, `event_type`, `event_data`, `happened_at`, `due_at`)
  SELECT printf('%08x', `at` / 1000) || lower(hex(randomblob(8))), `webhook_id`, new.`event_type`, new.`event_data`, `at`, `at`
  FROM `webhooks` JOIN (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS `at`)
  WHERE `event_types` = '[]' OR instr(`event_types`, '"' || new.`event_type` || '"') > 0;
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_account_created` AFTER INSERT ON `accounts`
WHEN EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events` VALUES ('account.created', json_object(
    'accountId', new.`id`, 'accountNumber', new.`number`, 'username', new.`username`));
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_account_updated` AFTER UPDATE OF `username`, `first_name`, `last_name`, `is_private`, `picture_key`, `profile`, `email` ON `accounts`
WHEN (new.`username`, new.`first_name`, new.`last_name`, new.`is_private`, new.`picture_key`, new.`profile`, new.`email`)
  IS NOT (old.`username`, old.`first_name`, old.`last_name`, old.`is_private`, old.`picture_key`, old.`profile`, old.`email`)
  AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events` VALUES ('account.updated', json_object(
    'accountId', new.`id`, 'accountNumber', new.`number`, 'username', new.`username`));
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_account_email_confirmed` AFTER UPDATE OF `email`, `email_verified_at` ON `accounts`
WHEN new.`email_verified_at` IS NOT NULL AND (new.`email_verified_at` IS NOT old.`email_verified_at`)
  AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events` VALUES ('account.email_confirmed', json_object(
    'accountId', new.`id`, 'accountNumber', new.`number`, 'username', new.`username`));
END;
--> statement-breakpoint
-- A sign-in that hashes the same password anew does not move `updated_at`.
CREATE TRIGGER `webhook_account_password_changed` AFTER UPDATE OF `password_hash` ON `accounts`
WHEN new.`password_hash` IS NOT old.`password_hash` AND new.`updated_at` <> old.`updated_at`
  AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events` VALUES ('account.password_changed', json_object(
    'accountId', new.`id`, 'accountNumber', new.`number`, 'username', new.`username`));
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_account_disabled` AFTER UPDATE OF `disabled_at` ON `accounts`
WHEN old.`disabled_at` IS NULL AND new.`disabled_at` IS NOT NULL
  AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events` VALUES ('account.disabled', json_object(
    'accountId', new.`id`, 'accountNumber', new.`number`, 'username', new.`username`));
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_account_enabled` AFTER UPDATE OF `disabled_at` ON `accounts`
WHEN old.`disabled_at` IS NOT NULL AND new.`disabled_at` IS NULL
  AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events` VALUES ('account.enabled', json_object(
    'accountId', new.`id`, 'accountNumber', new.`number`, 'username', new.`username`));
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_account_deleted` AFTER DELETE ON `accounts`
WHEN EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events` VALUES ('account.deleted', json_object(
    'accountId', old.`id`, 'accountNumber', old.`number`, 'username', old.`username`));
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_follow_requested` AFTER INSERT ON `follows`
WHEN NOT new.`approved` AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events`
  SELECT 'follow.requested', json_object('followId', new.`entry_id`, 'followerId', `one`.`id`, 'followedId', `other`.`id`)
  FROM `accounts` AS `one` JOIN `accounts` AS `other`
  WHERE `one`.`number` = new.`follower_number` AND `other`.`number` = new.`followed_number`;
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_follow_created` AFTER INSERT ON `follows`
WHEN new.`approved` AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events`
  SELECT 'follow.created', json_object('followId', new.`entry_id`, 'followerId', `one`.`id`, 'followedId', `other`.`id`)
  FROM `accounts` AS `one` JOIN `accounts` AS `other`
  WHERE `one`.`number` = new.`follower_number` AND `other`.`number` = new.`followed_number`;
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_follow_accepted` AFTER UPDATE OF `approved` ON `follows`
WHEN new.`approved` AND NOT old.`approved` AND EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events`
  SELECT 'follow.created', json_object('followId', new.`entry_id`, 'followerId', `one`.`id`, 'followedId', `other`.`id`)
  FROM `accounts` AS `one` JOIN `accounts` AS `other`
  WHERE `one`.`number` = new.`follower_number` AND `other`.`number` = new.`followed_number`;
END;
--> statement-breakpoint
-- What goes with an account finds no account any more, and is not told one by one: `account.deleted` says it all.
CREATE TRIGGER `webhook_follow_deleted` AFTER DELETE ON `follows`
WHEN EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events`
  SELECT 'follow.deleted', json_object('followId', old.`entry_id`, 'followerId', `one`.`id`, 'followedId', `other`.`id`)
  FROM `accounts` AS `one` JOIN `accounts` AS `other`
  WHERE `one`.`number` = old.`follower_number` AND `other`.`number` = old.`followed_number`;
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_block_created` AFTER INSERT ON `blocks`
WHEN EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events`
  SELECT 'block.created', json_object('blockerId', `one`.`id`, 'blockedId', `other`.`id`)
  FROM `accounts` AS `one` JOIN `accounts` AS `other`
  WHERE `one`.`number` = new.`blocker_number` AND `other`.`number` = new.`blocked_number`;
END;
--> statement-breakpoint
CREATE TRIGGER `webhook_block_deleted` AFTER DELETE ON `blocks`
WHEN EXISTS (SELECT 1 FROM `webhooks`) BEGIN
  INSERT INTO `webhook_events`
  SELECT 'block.deleted', json_object('blockerId', `one`.`id`, 'blockedId', `other`.`id`)
  FROM `accounts` AS `one` JOIN `accounts` AS `other`
  WHERE `one`.`number` = old.`blocker_number` AND `other`.`number` = old.`blocked_number`;
END;
