-- What follows from a row in the same table's words, wherever it is written: a Worker of before says the same once more.
-- An application's session is no sign-in of its person, and one that is put back from a copy is no newer one.
CREATE TRIGGER `sessions_opened` AFTER INSERT ON `sessions` WHEN new.`granted_to` IS NULL BEGIN
  UPDATE `accounts` SET `logged_in_at` = new.`opened_at`
  WHERE `number` = new.`account_number` AND (`logged_in_at` IS NULL OR `logged_in_at` < new.`opened_at`);
END;
--> statement-breakpoint
-- A sign-in that waits for its second factor belongs to the epoch of its password; and whoever should be out would
-- come back by an application of theirs, unasked.
CREATE TRIGGER `accounts_epoch_moved` AFTER UPDATE OF `epoch` ON `accounts` WHEN new.`epoch` <> old.`epoch` BEGIN
  DELETE FROM `challenges` WHERE `account_number` = new.`number`;
  DELETE FROM `consents` WHERE `account_number` = new.`number`;
END;
--> statement-breakpoint
-- Who sets a password moves the epoch with it; one that is only hashed anew does not.
CREATE TRIGGER `accounts_password_set` AFTER UPDATE OF `epoch` ON `accounts`
WHEN new.`epoch` <> old.`epoch` AND new.`password_hash` IS NOT old.`password_hash` BEGIN
  DELETE FROM `codes` WHERE `account_number` = new.`number` AND `purpose` = 'reset';
END;
