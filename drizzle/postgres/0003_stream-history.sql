-- Which leases moved a cursor, and from where: tells a hub what of its rows a database has that was put back.
ALTER TABLE lares.sync_cursors ADD COLUMN history text NOT NULL DEFAULT '';
