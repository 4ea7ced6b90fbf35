CREATE TABLE `authorization_codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`account_number` integer NOT NULL,
	`account_epoch` integer NOT NULL,
	`system_epoch` integer NOT NULL,
	`redirect_uri` text NOT NULL,
	`is_redirect_named` integer NOT NULL,
	`challenge` text NOT NULL,
	`scopes` text NOT NULL,
	`resources` text NOT NULL,
	`nonce` text,
	`authenticated_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`used_by` text,
	`grant_hash` text,
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `authorization_codes_account` ON `authorization_codes` (`account_number`);--> statement-breakpoint
CREATE INDEX `authorization_codes_expires` ON `authorization_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `consents` (
	`account_number` integer NOT NULL,
	`client_id` text NOT NULL,
	`scopes` text NOT NULL,
	`consented_at` integer NOT NULL,
	PRIMARY KEY(`account_number`, `client_id`),
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `consents_client` ON `consents` (`client_id`);--> statement-breakpoint
CREATE TABLE `pushed_requests` (
	`request_hash` text PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`parameters` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`client_id`) REFERENCES `clients`(`client_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `pushed_requests_expires` ON `pushed_requests` (`expires_at`);--> statement-breakpoint
CREATE TABLE `refresh_tokens` (
	`refresh_hash` text PRIMARY KEY NOT NULL,
	`grant_hash` text NOT NULL,
	`refresh_expires_at` integer NOT NULL,
	`used_at` integer,
	`successor_hash` text,
	FOREIGN KEY (`grant_hash`) REFERENCES `sessions`(`token_hash`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `refresh_tokens_grant` ON `refresh_tokens` (`grant_hash`);--> statement-breakpoint
CREATE INDEX `refresh_tokens_expires` ON `refresh_tokens` (`refresh_expires_at`);--> statement-breakpoint
ALTER TABLE `clients` ADD `logout_uris` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `clients` ADD `secret_in` text;--> statement-breakpoint
ALTER TABLE `clients` ADD `is_self_registered` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `granted_to` text REFERENCES `clients`(`client_id`) ON DELETE cascade;--> statement-breakpoint
ALTER TABLE `sessions` ADD `granted_scopes` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `granted_resources` text;--> statement-breakpoint
CREATE INDEX `sessions_granted_to` ON `sessions` (`granted_to`) WHERE "sessions"."granted_to" IS NOT NULL;