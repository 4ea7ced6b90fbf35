CREATE TABLE `blocks` (
	`blocker_number` integer NOT NULL,
	`blocked_number` integer NOT NULL,
	`blocked_at` integer NOT NULL,
	PRIMARY KEY(`blocker_number`, `blocked_number`),
	FOREIGN KEY (`blocker_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`blocked_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "blocks_not_oneself" CHECK("blocks"."blocker_number" <> "blocks"."blocked_number")
);
--> statement-breakpoint
CREATE INDEX `blocks_blocked` ON `blocks` (`blocked_number`);--> statement-breakpoint
CREATE TABLE `follows` (
	`entry_id` text PRIMARY KEY NOT NULL,
	`follower_number` integer NOT NULL,
	`followed_number` integer NOT NULL,
	`approved` integer NOT NULL,
	`followed_at` integer NOT NULL,
	FOREIGN KEY (`follower_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`followed_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "follows_not_oneself" CHECK("follows"."follower_number" <> "follows"."followed_number")
);
--> statement-breakpoint
CREATE INDEX `follows_followers` ON `follows` (`followed_number`,`approved`,`followed_at`);--> statement-breakpoint
CREATE INDEX `follows_following` ON `follows` (`follower_number`,`approved`,`followed_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `follows_pair` ON `follows` (`follower_number`,`followed_number`);--> statement-breakpoint
CREATE TABLE `invite_codes` (
	`code` text PRIMARY KEY NOT NULL,
	`inviter_number` integer NOT NULL,
	`slot` integer NOT NULL,
	`invitee_id` text,
	`made_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`inviter_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `invite_codes_invitee` ON `invite_codes` (`invitee_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `invite_codes_slot` ON `invite_codes` (`inviter_number`,`slot`);--> statement-breakpoint
DROP INDEX `accounts_first_name`;--> statement-breakpoint
DROP INDEX `accounts_last_name`;--> statement-breakpoint
ALTER TABLE `accounts` ADD `first_name_key` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `accounts` ADD `last_name_key` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `accounts_first_name_key` ON `accounts` (`first_name_key`);--> statement-breakpoint
CREATE INDEX `accounts_last_name_key` ON `accounts` (`last_name_key`);