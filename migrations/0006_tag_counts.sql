-- Counts, kept in the transaction of the row that changes them. How many people use a tag.
CREATE TRIGGER `account_tags_counted_insert` AFTER INSERT ON `account_tags` BEGIN
  UPDATE `tags` SET `entry_count` = `entry_count` + 1 WHERE `tag_id` = new.`tag_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `account_tags_counted_delete` AFTER DELETE ON `account_tags` BEGIN
  UPDATE `tags` SET `entry_count` = `entry_count` - 1 WHERE `tag_id` = old.`tag_id`;
END;
--> statement-breakpoint
-- How many came by an account's code.
CREATE TRIGGER `referrals_counted_insert` AFTER INSERT ON `referrals` WHEN new.`referrer_number` IS NOT NULL BEGIN
  UPDATE `achievements` SET `achieved` = `achieved` + 1,
    `advanced_at` = (SELECT `created_at` FROM `accounts` WHERE `number` = new.`account_number`)
  WHERE `account_number` = new.`referrer_number` AND `achievement` = 'referral';
END;
--> statement-breakpoint
CREATE TRIGGER `referrals_counted_delete` AFTER DELETE ON `referrals` WHEN old.`referrer_number` IS NOT NULL BEGIN
  UPDATE `achievements` SET `achieved` = `achieved` - 1
  WHERE `account_number` = old.`referrer_number` AND `achievement` = 'referral';
END;
--> statement-breakpoint
-- Accounts that were there before get what new ones are made with.
INSERT INTO `achievements` (`achievement_id`, `account_number`, `achievement`, `started_at`, `advanced_at`)
SELECT printf('%08x', `created_at` / 1000) || lower(hex(randomblob(8))), `number`, `kind`.`value`, `created_at`, `created_at`
FROM `accounts` JOIN json_each('["five-star","referral","review","squad"]') AS `kind`;
--> statement-breakpoint
INSERT INTO `referrals` (`account_number`, `referral_code`)
SELECT `number`, lower(hex(randomblob(4))) FROM `accounts` WHERE 1 ON CONFLICT DO NOTHING;
--> statement-breakpoint
UPDATE `accounts` SET `profile_completeness` = (
  SELECT COALESCE(SUM(`weight`.`value`), 0)
  FROM json_each('{"designation":10,"bio":10,"customLink":5}') AS `weight`
  WHERE COALESCE(json_extract(`profile`, '$.' || `weight`.`key`), '') <> ''
) WHERE `profile` <> '{}';
