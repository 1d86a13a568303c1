-- Written by hand. A place for keys inside the database, where whoever has a copy of it has them too. Nothing was ever put there.
DROP TABLE `hub_secrets`;
