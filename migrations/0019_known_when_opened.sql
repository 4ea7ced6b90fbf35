-- The session of a sign-in, what it makes known and its place in the history are written by one statement: the trigger
-- writes what is put into this view, which nobody reads.
CREATE VIEW `sessions_to_open` AS SELECT '' AS `token_hash`, '' AS `session_id`, 0 AS `account_number`,
  0 AS `session_epoch`, 0 AS `system_epoch`, 0 AS `opened_at`, 0 AS `authenticated_at`, 0 AS `idle_expires_at`,
  0 AS `expires_at`, '' AS `device`, '' AS `device_id`, '' AS `granted_to`, '' AS `granted_scopes`, '' AS `granted_resources`,
  '' AS `sources`, 0 AS `known_again_until`, '' AS `history_id` WHERE 0;
--> statement-breakpoint
CREATE TRIGGER `sessions_to_open_insert` INSTEAD OF INSERT ON `sessions_to_open` BEGIN
  INSERT INTO `sessions` (`token_hash`, `session_id`, `account_number`, `session_epoch`, `system_epoch`, `opened_at`,
    `authenticated_at`, `seen_at`, `idle_expires_at`, `expires_at`, `device`, `may_be_in_kv`, `device_id`,
    `granted_to`, `granted_scopes`, `granted_resources`)
  VALUES (new.`token_hash`, new.`session_id`, new.`account_number`, new.`session_epoch`, new.`system_epoch`, new.`opened_at`,
    new.`authenticated_at`, new.`opened_at`, new.`idle_expires_at`, new.`expires_at`, new.`device`, 0,
    new.`device_id`, new.`granted_to`, new.`granted_scopes`, new.`granted_resources`)
  ON CONFLICT (`token_hash`) DO NOTHING;
  INSERT INTO `known_sources` (`account_number`, `source`, `seen_at`)
  SELECT new.`account_number`, `value`, new.`opened_at` FROM json_each(new.`sources`) WHERE true
  ON CONFLICT (`account_number`, `source`) DO UPDATE SET `seen_at` = excluded.`seen_at`
    WHERE `known_sources`.`seen_at` <= new.`known_again_until`;
  -- One that has waited for its second factor is there already.
  INSERT INTO `login_history` (`id`, `account_number`, `at`, `success`, `dialect`, `ip_address`, `user_agent`)
  SELECT new.`history_id`, new.`account_number`, new.`opened_at`, 1, new.`device` ->> '$.dialect',
    new.`device` ->> '$.ipAddress', new.`device` ->> '$.userAgent'
  WHERE new.`history_id` IS NOT NULL
  ON CONFLICT (`id`) DO UPDATE SET `success` = 1, `reason` = NULL;
END;
