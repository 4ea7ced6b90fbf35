CREATE TABLE `backup_codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`account_number` integer NOT NULL,
	`used_at` integer,
	`used_by` text,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `backup_codes_account` ON `backup_codes` (`account_number`);--> statement-breakpoint
CREATE TABLE `second_factors` (
	`account_number` integer PRIMARY KEY NOT NULL,
	`app_secret` text,
	`last_step` integer DEFAULT 0 NOT NULL,
	`pending_method` text,
	`pending_secret` text,
	`pending_session` text,
	`pending_until` integer,
	`code_hash` text,
	`code_expires_at` integer,
	`attempt_by` text,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `account_tags` (
	`account_number` integer NOT NULL,
	`tag_id` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`account_number`, `tag_id`),
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`tag_id`) REFERENCES `tags`(`tag_id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `account_tags_tag` ON `account_tags` (`tag_id`,`account_number`);--> statement-breakpoint
CREATE TABLE `achievements` (
	`achievement_id` text PRIMARY KEY NOT NULL,
	`account_number` integer NOT NULL,
	`achievement` text NOT NULL,
	`achieved` integer DEFAULT 0 NOT NULL,
	`started_at` integer NOT NULL,
	`advanced_at` integer NOT NULL,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `achievements_account` ON `achievements` (`account_number`,`achievement`);--> statement-breakpoint
CREATE TABLE `bookmarks` (
	`bookmark_id` text PRIMARY KEY NOT NULL,
	`account_number` integer NOT NULL,
	`bookmarked_number` integer NOT NULL,
	`bookmarked_at` integer NOT NULL,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`bookmarked_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `bookmarks_bookmarked` ON `bookmarks` (`bookmarked_number`);--> statement-breakpoint
CREATE UNIQUE INDEX `bookmarks_pair` ON `bookmarks` (`account_number`,`bookmarked_number`);--> statement-breakpoint
CREATE TABLE `referrals` (
	`account_number` integer PRIMARY KEY NOT NULL,
	`referral_code` text NOT NULL,
	`referrer_number` integer,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`referrer_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `referrals_referral_code_unique` ON `referrals` (`referral_code`);--> statement-breakpoint
CREATE INDEX `referrals_referrer` ON `referrals` (`referrer_number`);--> statement-breakpoint
CREATE TABLE `tags` (
	`tag_id` text PRIMARY KEY NOT NULL,
	`tag_key` text NOT NULL,
	`tag_name` text NOT NULL,
	`entry_count` integer DEFAULT 0 NOT NULL,
	`tagged_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_tag_key_unique` ON `tags` (`tag_key`);--> statement-breakpoint
CREATE INDEX `accounts_completeness` ON `accounts` (`profile_completeness`,`id`);--> statement-breakpoint
CREATE INDEX `accounts_administrators` ON `accounts` (`profile_completeness`,`id`) WHERE "accounts"."role" = 'admin';