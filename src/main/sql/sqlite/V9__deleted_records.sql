-- What was deleted while the option keepDeleted was on, so that it can be put back.

-- A deleted record. Its id is its own: a record's id may be used again, and deleted again.
CREATE TABLE deleted_records (
    id             TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    kind           TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 255 AND trim(kind) <> ''),
    record_id      TEXT    NOT NULL CHECK (length(record_id) BETWEEN 1 AND 255),
    deleted_by     TEXT    CHECK (length(deleted_by) BETWEEN 1 AND 255 AND trim(deleted_by) <> ''),
    schema_version INTEGER NOT NULL CHECK (schema_version >= 1),
    deleted_at     TEXT    NOT NULL CHECK (deleted_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE INDEX deleted_records_list ON deleted_records (deleted_at, id);
CREATE INDEX deleted_records_by_kind ON deleted_records (kind, deleted_at, id);
CREATE INDEX deleted_records_by_record ON deleted_records (kind, record_id, deleted_at, id);

-- Its document in pieces, so that no value has to hold all of a long conversation. Each is a row that went with the
-- record; if emptied is set, a row that stayed and lost its reference in that column. Columns are the document's
-- members: times, JSON and numbers with a fraction as the text that SQLite stores, bytes as an array of one text
-- of hexadecimal digits.
CREATE TABLE deleted_rows (
    deleted_record_id TEXT    NOT NULL REFERENCES deleted_records (id) ON DELETE CASCADE,
    position          INTEGER NOT NULL CHECK (position >= 1),
    table_name        TEXT    NOT NULL CHECK (length(table_name) >= 1),
    emptied           TEXT    CHECK (length(emptied) >= 1),
    document          TEXT    NOT NULL CHECK (document LIKE '{%'),
    PRIMARY KEY (deleted_record_id, position)
) STRICT;

-- The blobs that it refers to. They stay as long as it can be restored.
CREATE TABLE deleted_blobs (
    deleted_record_id TEXT NOT NULL REFERENCES deleted_records (id) ON DELETE CASCADE,
    blob_id           TEXT NOT NULL REFERENCES blobs (id) ON DELETE RESTRICT,
    PRIMARY KEY (deleted_record_id, blob_id)
) STRICT;

CREATE INDEX deleted_blobs_by_blob ON deleted_blobs (blob_id);

DROP TRIGGER message_parts_release;
DROP TRIGGER message_parts_replace;

CREATE TRIGGER message_parts_release AFTER DELETE ON message_parts WHEN OLD.blob_id IS NOT NULL
BEGIN
    DELETE FROM blobs WHERE id = OLD.blob_id
        AND NOT EXISTS (SELECT 1 FROM message_parts WHERE blob_id = OLD.blob_id)
        AND NOT EXISTS (SELECT 1 FROM deleted_blobs WHERE blob_id = OLD.blob_id);
END;

CREATE TRIGGER message_parts_replace AFTER UPDATE ON message_parts
    WHEN OLD.blob_id IS NOT NULL AND OLD.blob_id IS NOT NEW.blob_id
BEGIN
    DELETE FROM blobs WHERE id = OLD.blob_id
        AND NOT EXISTS (SELECT 1 FROM message_parts WHERE blob_id = OLD.blob_id)
        AND NOT EXISTS (SELECT 1 FROM deleted_blobs WHERE blob_id = OLD.blob_id);
END;

CREATE TRIGGER deleted_blobs_release AFTER DELETE ON deleted_blobs
BEGIN
    DELETE FROM blobs WHERE id = OLD.blob_id
        AND NOT EXISTS (SELECT 1 FROM message_parts WHERE blob_id = OLD.blob_id)
        AND NOT EXISTS (SELECT 1 FROM deleted_blobs WHERE blob_id = OLD.blob_id);
END;
