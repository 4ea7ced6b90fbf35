ALTER TABLE `accounts` ADD `referral_code` text;--> statement-breakpoint
UPDATE `accounts` SET `referral_code` = (SELECT `referral_code` FROM `referrals` WHERE `account_number` = `number`);--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_referral_code_unique` ON `accounts` (`referral_code`);--> statement-breakpoint
DROP INDEX `login_history_at`;--> statement-breakpoint
-- A Worker of before gives every account such a row.
CREATE TRIGGER `referrals_coded` AFTER INSERT ON `referrals` BEGIN
  UPDATE `accounts` SET `referral_code` = new.`referral_code` WHERE `number` = new.`account_number` AND `referral_code` IS NULL;
END;
--> statement-breakpoint
-- The index of the search keeps no copy of what it is made from, and no lengths, as nobody asks how well a text
-- fits: that is half of what a change of a name writes. Its 'rebuild' makes it again from the view.
DROP TRIGGER `account_search_insert`;
--> statement-breakpoint
DROP TRIGGER `account_search_update`;
--> statement-breakpoint
DROP TRIGGER `account_search_delete`;
--> statement-breakpoint
DROP TABLE `account_search`;
--> statement-breakpoint
CREATE VIEW `searched_accounts` AS
SELECT `number`, `username`, `first_name` || ' ' || `last_name` AS `name` FROM `accounts`;
--> statement-breakpoint
CREATE VIRTUAL TABLE `account_search` USING fts5(
  username, name, content = 'searched_accounts', content_rowid = 'number', columnsize = 0,
  tokenize = 'trigram remove_diacritics 1'
);
--> statement-breakpoint
-- Merged half as often as by itself: a search looks into some parts more, a change moves fewer.
INSERT INTO `account_search` (`account_search`, `rank`) VALUES ('automerge', 8);
--> statement-breakpoint
INSERT INTO `account_search` (`account_search`) VALUES ('rebuild');
--> statement-breakpoint
CREATE TRIGGER `account_search_insert` AFTER INSERT ON `accounts` BEGIN
  INSERT INTO `account_search` (`rowid`, `username`, `name`)
  VALUES (new.`number`, new.`username`, new.`first_name` || ' ' || new.`last_name`);
END;
--> statement-breakpoint
-- Its own 'delete' has to be told to the letter what there was.
CREATE TRIGGER `account_search_update` AFTER UPDATE OF `username`, `first_name`, `last_name` ON `accounts`
WHEN (new.`username`, new.`first_name`, new.`last_name`) IS NOT (old.`username`, old.`first_name`, old.`last_name`) BEGIN
  INSERT INTO `account_search` (`account_search`, `rowid`, `username`, `name`)
  VALUES ('delete', old.`number`, old.`username`, old.`first_name` || ' ' || old.`last_name`);
  INSERT INTO `account_search` (`rowid`, `username`, `name`)
  VALUES (new.`number`, new.`username`, new.`first_name` || ' ' || new.`last_name`);
END;
--> statement-breakpoint
CREATE TRIGGER `account_search_delete` AFTER DELETE ON `accounts` BEGIN
  INSERT INTO `account_search` (`account_search`, `rowid`, `username`, `name`)
  VALUES ('delete', old.`number`, old.`username`, old.`first_name` || ' ' || old.`last_name`);
END;
