-- The leaves of the search's index share pages of the database: what a change of a name adds, and what is merged for it,
-- moves a quarter fewer of them than leaves of a page each.
INSERT INTO `account_search` (`account_search`, `rank`) VALUES ('pgsz', 1000);
