CREATE TABLE `moved_in` (
	`origin` text PRIMARY KEY NOT NULL,
	`account_number` integer,
	`moved_in_at` integer NOT NULL,
	FOREIGN KEY (`account_number`) REFERENCES `accounts`(`number`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `moved_in_account` ON `moved_in` (`account_number`);