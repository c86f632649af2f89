-- What was deleted while the option keepDeleted was on, so that it can be put back.

-- A deleted record. Its id is its own: a record's id may be used again, and deleted again.
CREATE TABLE deleted_records (
    id             text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    kind           text COLLATE "C" NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 255 AND btrim(kind) <> ''),
    record_id      text COLLATE "C" NOT NULL CHECK (char_length(record_id) BETWEEN 1 AND 255),
    deleted_by     text COLLATE "C" CHECK (char_length(deleted_by) BETWEEN 1 AND 255 AND btrim(deleted_by) <> ''),
    schema_version integer          NOT NULL CHECK (schema_version >= 1),
    deleted_at     timestamptz      NOT NULL CHECK (deleted_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE INDEX deleted_records_list ON deleted_records (deleted_at, id);
CREATE INDEX deleted_records_by_kind ON deleted_records (kind, deleted_at, id);
CREATE INDEX deleted_records_by_record ON deleted_records (kind, record_id, deleted_at, id);

-- Its document in pieces, so that no value has to hold all of a long conversation. Each is a row that went with the
-- record; if emptied is set, a row that stayed and lost its reference in that column. Columns are the document's
-- members: times, JSON and numbers with a fraction as the text that SQLite stores, bytes as an array of one text
-- of hexadecimal digits.
CREATE TABLE deleted_rows (
    deleted_record_id text COLLATE "C" NOT NULL REFERENCES deleted_records (id) ON DELETE CASCADE,
    position          bigint           NOT NULL CHECK (position >= 1),
    table_name        text COLLATE "C" NOT NULL CHECK (char_length(table_name) >= 1),
    emptied           text COLLATE "C" CHECK (char_length(emptied) >= 1),
    document          text COLLATE "C" NOT NULL CHECK (document LIKE '{%'),
    PRIMARY KEY (deleted_record_id, position)
);

-- The blobs that it refers to. They stay as long as it can be restored.
CREATE TABLE deleted_blobs (
    deleted_record_id text COLLATE "C" NOT NULL REFERENCES deleted_records (id) ON DELETE CASCADE,
    blob_id           text COLLATE "C" NOT NULL REFERENCES blobs (id) ON DELETE RESTRICT,
    PRIMARY KEY (deleted_record_id, blob_id)
);

CREATE INDEX deleted_blobs_by_blob ON deleted_blobs (blob_id);

CREATE OR REPLACE FUNCTION release_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A session's search_path need not have this schema in it.
    EXECUTE format('SELECT 1 FROM %I.blobs WHERE id = $1 FOR UPDATE', TG_TABLE_SCHEMA) USING OLD.blob_id;
    EXECUTE format('DELETE FROM %1$I.blobs WHERE id = $1'
            ' AND NOT EXISTS (SELECT 1 FROM %1$I.message_parts WHERE blob_id = $1)'
            ' AND NOT EXISTS (SELECT 1 FROM %1$I.deleted_blobs WHERE blob_id = $1)', TG_TABLE_SCHEMA)
        USING OLD.blob_id;
    RETURN NULL;
END;
$$;

CREATE TRIGGER deleted_blobs_release AFTER DELETE ON deleted_blobs
    FOR EACH ROW EXECUTE FUNCTION release_blob();
