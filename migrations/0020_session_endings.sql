-- What ends all sessions of an account but one is one statement: the trigger does what is put into this view, which
-- nobody reads. What KV may know of them is owed a thousand keys a row.
CREATE VIEW `session_endings` AS SELECT 0 AS `account_number`, '' AS `kept_token_hash`, '' AS `owed_id`, 0 AS `at` WHERE 0;
--> statement-breakpoint
CREATE TRIGGER `session_endings_insert` INSTEAD OF INSERT ON `session_endings` BEGIN
  INSERT INTO `outbox` (`id`, `kind`, `target`, `payload`, `created_at`, `due_at`)
  SELECT new.`owed_id` || MIN(`key`), 'forget', json_group_array(`key`), '', new.`at`, new.`at`
  FROM (SELECT `token_hash` AS `key`, (row_number() OVER () - 1) / 1000 AS `chunk` FROM `sessions`
    WHERE `account_number` = new.`account_number` AND `token_hash` IS NOT new.`kept_token_hash` AND `may_be_in_kv`)
  WHERE true GROUP BY `chunk` ON CONFLICT (`id`) DO NOTHING;
  DELETE FROM `sessions`
  WHERE `account_number` = new.`account_number` AND `token_hash` IS NOT new.`kept_token_hash`;
  -- Only from the epoch that has just passed: nothing brings a session back that was dead before.
  UPDATE `sessions` SET `session_epoch` = `session_epoch` + 1
  WHERE `token_hash` = new.`kept_token_hash` AND `account_number` = new.`account_number`
    AND `session_epoch` = (SELECT `epoch` - 1 FROM `accounts` WHERE `number` = new.`account_number`);
END;
