CREATE TABLE `accounts` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`username` text NOT NULL,
	`username_key` text NOT NULL,
	`email` text,
	`email_key` text,
	`email_verified_at` integer,
	`password_hash` text,
	`account_key_hash` text,
	`role` text DEFAULT 'user' NOT NULL,
	`epoch` integer DEFAULT 0 NOT NULL,
	`second_factor` text,
	`disabled_at` integer,
	`first_name` text DEFAULT '' NOT NULL,
	`last_name` text DEFAULT '' NOT NULL,
	`is_private` integer DEFAULT false NOT NULL,
	`follower_count` integer DEFAULT 0 NOT NULL,
	`following_count` integer DEFAULT 0 NOT NULL,
	`profile_completeness` integer DEFAULT 0 NOT NULL,
	`picture_key` text,
	`profile` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`logged_in_at` integer,
	`changed_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_id_unique` ON `accounts` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_username_key_unique` ON `accounts` (`username_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_email_key_unique` ON `accounts` (`email_key`);--> statement-breakpoint
CREATE INDEX `accounts_first_name` ON `accounts` (lower("first_name"));--> statement-breakpoint
CREATE INDEX `accounts_last_name` ON `accounts` (lower("last_name"));--> statement-breakpoint
CREATE TABLE `challenges` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`account_number` integer NOT NULL,
	`account_epoch` integer NOT NULL,
	`code_hash` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`attempt_by` text,
	`history_id` text NOT NULL,
	`source` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`used_by` text,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `challenges_account` ON `challenges` (`account_number`);--> statement-breakpoint
CREATE INDEX `challenges_expires` ON `challenges` (`expires_at`);--> statement-breakpoint
CREATE TABLE `codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`account_number` integer NOT NULL,
	`purpose` text NOT NULL,
	`address` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`used_by` text,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `codes_account` ON `codes` (`account_number`,`purpose`);--> statement-breakpoint
CREATE INDEX `codes_expires` ON `codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `held_usernames` (
	`username_key` text PRIMARY KEY NOT NULL,
	`held_until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `held_usernames_until` ON `held_usernames` (`held_until`);--> statement-breakpoint
CREATE TABLE `known_sources` (
	`account_number` integer NOT NULL,
	`source` text NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`account_number`, `source`),
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `known_sources_seen` ON `known_sources` (`seen_at`);--> statement-breakpoint
CREATE TABLE `login_history` (
	`id` text PRIMARY KEY NOT NULL,
	`account_number` integer NOT NULL,
	`at` integer NOT NULL,
	`success` integer NOT NULL,
	`reason` text,
	`dialect` text NOT NULL,
	`ip_address` text,
	`user_agent` text,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `login_history_account` ON `login_history` (`account_number`,`at`);--> statement-breakpoint
CREATE INDEX `login_history_at` ON `login_history` (`at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`target` text NOT NULL,
	`payload` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`leased_by` text
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`due_at`);--> statement-breakpoint
CREATE TABLE `photos` (
	`photo_id` text PRIMARY KEY NOT NULL,
	`account_number` integer NOT NULL,
	`file_type` text NOT NULL,
	`file_size` integer NOT NULL,
	`preview_width` integer NOT NULL,
	`preview_height` integer NOT NULL,
	`added_at` integer NOT NULL,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `photos_account` ON `photos` (`account_number`,`added_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`account_number` integer NOT NULL,
	`session_epoch` integer NOT NULL,
	`system_epoch` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`authenticated_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`idle_expires_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`device` text NOT NULL,
	`device_id` text,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_session_id_unique` ON `sessions` (`session_id`);--> statement-breakpoint
CREATE INDEX `sessions_account` ON `sessions` (`account_number`,`device_id`);--> statement-breakpoint
CREATE INDEX `sessions_expires` ON `sessions` (`idle_expires_at`);--> statement-breakpoint
CREATE TABLE `system` (
	`one` integer PRIMARY KEY NOT NULL,
	`global_epoch` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `throttles` (
	`key` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`reserved_by` text,
	`blocked_until` integer DEFAULT 0 NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `throttles_expires` ON `throttles` (`expires_at`);--> statement-breakpoint
CREATE TABLE `uploads` (
	`name` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`account_number` integer NOT NULL,
	`object_key` text NOT NULL,
	`bytes` integer NOT NULL,
	`is_image` integer DEFAULT false NOT NULL,
	`started_at` integer NOT NULL,
	`stored_at` integer,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uploads_object_key_unique` ON `uploads` (`object_key`);--> statement-breakpoint
CREATE INDEX `uploads_account` ON `uploads` (`account_number`);--> statement-breakpoint
CREATE INDEX `uploads_started` ON `uploads` (`started_at`);