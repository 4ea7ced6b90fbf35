-- The one row of the global epoch, which every session check joins.
INSERT INTO `system` (`one`, `global_epoch`) VALUES (1, 0);
