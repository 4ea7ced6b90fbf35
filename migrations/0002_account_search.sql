-- Substring search over usernames and names. drizzle knows no virtual tables and no triggers.
CREATE VIRTUAL TABLE `account_search` USING fts5(username, name, tokenize = 'trigram remove_diacritics 1');
--> statement-breakpoint
CREATE TRIGGER `account_search_insert` AFTER INSERT ON `accounts` BEGIN
  INSERT INTO `account_search` (`rowid`, `username`, `name`)
  VALUES (new.`number`, new.`username`, new.`first_name` || ' ' || new.`last_name`);
END;
--> statement-breakpoint
CREATE TRIGGER `account_search_update` AFTER UPDATE OF `username`, `first_name`, `last_name` ON `accounts` BEGIN
  UPDATE `account_search` SET `username` = new.`username`, `name` = new.`first_name` || ' ' || new.`last_name`
  WHERE `rowid` = new.`number`;
END;
--> statement-breakpoint
CREATE TRIGGER `account_search_delete` AFTER DELETE ON `accounts` BEGIN
  DELETE FROM `account_search` WHERE `rowid` = old.`number`;
END;
