CREATE TABLE `deployment_checks` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `deployment_checks_expires` ON `deployment_checks` (`expires_at`);