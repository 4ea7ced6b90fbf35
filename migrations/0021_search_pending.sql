-- A change of the index of the search writes hardly fewer pages than sixteen at once. So an account whose names have changed
-- is put down here, with what the index says of it until then (nothing of a new one), and fifteen wait for the sixteenth:
-- the search looks through these few by itself. Whoever is taken out of this table goes into the index.
CREATE TABLE `account_search_pending` (
  `account_number` integer PRIMARY KEY NOT NULL,
  `indexed_username` text,
  `indexed_name` text
);
--> statement-breakpoint
DROP TRIGGER `account_search_insert`;
--> statement-breakpoint
DROP TRIGGER `account_search_update`;
--> statement-breakpoint
DROP TRIGGER `account_search_delete`;
--> statement-breakpoint
DROP VIEW `searched_accounts`;
--> statement-breakpoint
-- What the index is made from, and compares itself with.
CREATE VIEW `searched_accounts` AS
SELECT `number`, `username`, `first_name` || ' ' || `last_name` AS `name` FROM `accounts`
WHERE `number` NOT IN (SELECT `account_number` FROM `account_search_pending`)
UNION ALL
SELECT `account_number`, `indexed_username`, `indexed_name` FROM `account_search_pending`
WHERE `indexed_username` IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER `account_search_insert` AFTER INSERT ON `accounts` BEGIN
  INSERT INTO `account_search_pending` (`account_number`) VALUES (new.`number`) ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER `account_search_update` AFTER UPDATE OF `username`, `first_name`, `last_name` ON `accounts`
WHEN (new.`username`, new.`first_name`, new.`last_name`) IS NOT (old.`username`, old.`first_name`, old.`last_name`) BEGIN
  INSERT INTO `account_search_pending` (`account_number`, `indexed_username`, `indexed_name`)
  VALUES (old.`number`, old.`username`, old.`first_name` || ' ' || old.`last_name`) ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
-- Who is deleted waits for nobody.
CREATE TRIGGER `account_search_delete` AFTER DELETE ON `accounts` BEGIN
  INSERT INTO `account_search_pending` (`account_number`, `indexed_username`, `indexed_name`)
  VALUES (old.`number`, old.`username`, old.`first_name` || ' ' || old.`last_name`) ON CONFLICT DO NOTHING;
  DELETE FROM `account_search_pending` WHERE `account_number` = old.`number`;
END;
--> statement-breakpoint
CREATE TRIGGER `account_search_pending_insert` AFTER INSERT ON `account_search_pending`
WHEN (SELECT COUNT(*) FROM `account_search_pending`) >= 16 BEGIN
  DELETE FROM `account_search_pending`;
END;
--> statement-breakpoint
-- Its own 'delete' has to be told to the letter what there was.
CREATE TRIGGER `account_search_pending_delete` AFTER DELETE ON `account_search_pending` BEGIN
  INSERT INTO `account_search` (`account_search`, `rowid`, `username`, `name`)
  SELECT 'delete', old.`account_number`, old.`indexed_username`, old.`indexed_name`
  WHERE old.`indexed_username` IS NOT NULL;
  INSERT INTO `account_search` (`rowid`, `username`, `name`)
  SELECT `number`, `username`, `first_name` || ' ' || `last_name` FROM `accounts` WHERE `number` = old.`account_number`;
END;
