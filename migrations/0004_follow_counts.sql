-- Follower counts, kept in the transaction of the row that changes them. drizzle knows no triggers.
CREATE TRIGGER `follows_counted_insert` AFTER INSERT ON `follows` WHEN new.`approved` BEGIN
  UPDATE `accounts` SET `follower_count` = `follower_count` + 1 WHERE `number` = new.`followed_number`;
  UPDATE `accounts` SET `following_count` = `following_count` + 1 WHERE `number` = new.`follower_number`;
END;
--> statement-breakpoint
CREATE TRIGGER `follows_counted_update` AFTER UPDATE OF `approved` ON `follows` WHEN new.`approved` <> old.`approved` BEGIN
  UPDATE `accounts` SET `follower_count` = `follower_count` + new.`approved` - old.`approved` WHERE `number` = new.`followed_number`;
  UPDATE `accounts` SET `following_count` = `following_count` + new.`approved` - old.`approved` WHERE `number` = new.`follower_number`;
END;
--> statement-breakpoint
CREATE TRIGGER `follows_counted_delete` AFTER DELETE ON `follows` WHEN old.`approved` BEGIN
  UPDATE `accounts` SET `follower_count` = `follower_count` - 1 WHERE `number` = old.`followed_number`;
  UPDATE `accounts` SET `following_count` = `following_count` - 1 WHERE `number` = old.`follower_number`;
END;
--> statement-breakpoint
-- Names stored before their keys were: ASCII lower case is all that SQLite can do, the next change does the rest.
UPDATE `accounts` SET `first_name_key` = lower(`first_name`), `last_name_key` = lower(`last_name`);
