DROP INDEX `sessions_session_id_unique`;--> statement-breakpoint
DROP INDEX `referrals_referrer`;--> statement-breakpoint
CREATE INDEX `referrals_referrer` ON `referrals` (`referrer_number`) WHERE "referrals"."referrer_number" IS NOT NULL;--> statement-breakpoint
DROP INDEX `accounts_first_name_key`;--> statement-breakpoint
DROP INDEX `accounts_last_name_key`;--> statement-breakpoint
CREATE INDEX `accounts_first_name_key` ON `accounts` (`first_name_key`) WHERE "accounts"."first_name_key" <> '';--> statement-breakpoint
CREATE INDEX `accounts_last_name_key` ON `accounts` (`last_name_key`) WHERE "accounts"."last_name_key" <> '';--> statement-breakpoint
-- What accounts have achieved, with what they have not: that has no row, and an id that follows from the account's,
-- which its row has as well once there is one. drizzle knows views only to read them.
CREATE VIEW `shown_achievements` AS
SELECT COALESCE(`achievement_id`, substr(`id`, 1, 8) || substr(`id`, 17) || substr(`id`, 9, 7) || `digit`) AS `achievement_id`,
  `number` AS `account_number`, `kind` AS `achievement`, COALESCE(`achieved`, 0) AS `achieved`,
  COALESCE(`started_at`, `created_at`) AS `started_at`, COALESCE(`advanced_at`, `created_at`) AS `advanced_at`
FROM `accounts` JOIN (
    SELECT 'five-star' AS `kind`, '1' AS `digit` UNION ALL SELECT 'referral', '2' UNION ALL SELECT 'review', '3' UNION ALL SELECT 'squad', '4'
  ) LEFT JOIN `achievements` ON `account_number` = `number` AND `achievement` = `kind`;
--> statement-breakpoint
-- As 0006_tag_counts.sql has it, but the first to come by a code makes the row.
DROP TRIGGER `referrals_counted_insert`;
--> statement-breakpoint
CREATE TRIGGER `referrals_counted_insert` AFTER INSERT ON `referrals` WHEN new.`referrer_number` IS NOT NULL BEGIN
  INSERT INTO `achievements` (`achievement_id`, `account_number`, `achievement`, `achieved`, `started_at`, `advanced_at`)
  SELECT `achievement_id`, `account_number`, `achievement`, 1, `started_at`,
    (SELECT `created_at` FROM `accounts` WHERE `number` = new.`account_number`)
  FROM `shown_achievements` WHERE `account_number` = new.`referrer_number` AND `achievement` = 'referral'
  ON CONFLICT (`account_number`, `achievement`) DO UPDATE
    SET `achieved` = `achieved` + 1, `advanced_at` = MAX(`advanced_at`, excluded.`advanced_at`);
END;
