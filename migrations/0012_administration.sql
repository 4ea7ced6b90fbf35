CREATE TABLE `audit_entries` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor_id` text,
	`actor_name` text,
	`act` text NOT NULL,
	`subject_id` text,
	`subject_name` text,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `audit_entries_subject` ON `audit_entries` (`subject_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entries_actor` ON `audit_entries` (`actor_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entries_at` ON `audit_entries` (`at`);--> statement-breakpoint
CREATE TABLE `hourly_figures` (
	`hour` integer PRIMARY KEY NOT NULL,
	`sign_ups` integer NOT NULL,
	`sign_ins` integer NOT NULL,
	`failed_sign_ins` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`delivery_id` text PRIMARY KEY NOT NULL,
	`webhook_id` text NOT NULL,
	`event_type` text NOT NULL,
	`event_data` text NOT NULL,
	`happened_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`leased_by` text,
	`given_up_at` integer,
	`last_problem` text,
	FOREIGN KEY (`webhook_id`) REFERENCES `webhooks`(`webhook_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`due_at`) WHERE "webhook_deliveries"."given_up_at" IS NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_given_up` ON `webhook_deliveries` (`webhook_id`,`given_up_at`) WHERE "webhook_deliveries"."given_up_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhooks` (
	`webhook_id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`signing_secret` text NOT NULL,
	`event_types` text NOT NULL,
	`added_at` integer NOT NULL,
	`paused_at` integer
);
