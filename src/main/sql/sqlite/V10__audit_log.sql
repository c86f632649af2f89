-- The audit log. Nothing writes to it until somebody enables it, which makes triggers; see audit/sqlite/triggers.sql.

-- One row if it is on. The actor is who writes in the transaction that is under way, for the triggers; null outside.
CREATE TABLE audit_settings (
    id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    redacted   TEXT    NOT NULL CHECK (redacted LIKE '[%'),
    actor      TEXT    CHECK (length(actor) BETWEEN 1 AND 255),
    enabled_at TEXT    NOT NULL CHECK (enabled_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

-- Entries as the triggers write them: no index but the key, so that writers pay little. They move on in batches.
CREATE TABLE audit_pending (
    position    INTEGER NOT NULL PRIMARY KEY CHECK (position >= 1),
    occurred_at TEXT    NOT NULL CHECK (occurred_at LIKE '____-__-__T__:__:__.______Z'),
    actor       TEXT    CHECK (length(actor) BETWEEN 1 AND 255),
    table_name  TEXT    NOT NULL,
    record_key  TEXT,
    action      TEXT    NOT NULL CHECK (length(action) BETWEEN 1 AND 255),
    changes     TEXT    NOT NULL CHECK (changes LIKE '{%')
) STRICT;

-- Entries in the chain. An erased one has lost who, what and which; erased_in is the position of the receipt.
CREATE TABLE audit_entries (
    position     INTEGER NOT NULL PRIMARY KEY CHECK (position >= 1),
    occurred_at  TEXT    NOT NULL CHECK (occurred_at LIKE '____-__-__T__:__:__.______Z'),
    actor        TEXT    CHECK (length(actor) BETWEEN 1 AND 255),
    table_name   TEXT    NOT NULL,
    record_key   TEXT,
    action       TEXT    NOT NULL CHECK (length(action) BETWEEN 1 AND 255),
    changes      TEXT    CHECK (changes LIKE '{%'),
    payload_hash TEXT    NOT NULL CHECK (length(payload_hash) = 64),
    hash         TEXT    NOT NULL CHECK (length(hash) = 64),
    erased_in    INTEGER CHECK (erased_in >= 1)
) STRICT;

CREATE INDEX audit_entries_by_record ON audit_entries (table_name, record_key, position);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor, position);
CREATE INDEX audit_entries_by_time ON audit_entries (occurred_at, position);
