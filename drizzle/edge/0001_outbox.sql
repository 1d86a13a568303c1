CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL CHECK (lane IN ('urgent', 'live', 'backlog')),
  kind TEXT NOT NULL CHECK (kind IN ('readings', 'event', 'result')),
  body TEXT NOT NULL,
  boot TEXT NOT NULL,
  written_ms INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  disconnects INTEGER NOT NULL DEFAULT 0,
  parked INTEGER NOT NULL DEFAULT 0 CHECK (parked IN (0, 1))
) STRICT;

CREATE INDEX outbox_waiting ON outbox (lane, id) WHERE parked = 0;
CREATE INDEX outbox_parked ON outbox (id) WHERE parked = 1;
CREATE INDEX outbox_suspect ON outbox (id) WHERE disconnects > 0;

CREATE TABLE outbox_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  connects INTEGER NOT NULL DEFAULT 0,
  sent_bound INTEGER NOT NULL DEFAULT 0,
  running_ms INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  dropped_told INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE handled_commands (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  result TEXT,
  handled_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE desired_settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
