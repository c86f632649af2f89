-- What a message consists of besides its readable text, bytes that are stored once, and branches of conversations.

-- Bytes of any length, stored once for all that refer to them. The id is their SHA-256 in lower-case
-- hexadecimal digits. The bytes are in rows of their own, so that no list of blobs reads them.
CREATE TABLE blobs (
    id         text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) = 64),
    size       bigint           NOT NULL CHECK (size >= 0),
    created_at timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE INDEX blobs_list ON blobs (created_at, id);

CREATE TABLE blob_chunks (
    blob_id  text COLLATE "C" NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    position integer          NOT NULL CHECK (position >= 0),
    bytes    bytea            NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 1048576),
    PRIMARY KEY (blob_id, position)
);

CREATE TABLE message_parts (
    message_id text COLLATE "C" NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position   integer          NOT NULL CHECK (position >= 0),
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('text', 'reasoning', 'image', 'audio', 'file', 'refusal',
                                                         'tool_call', 'tool_result', 'other')),
    name       text COLLATE "C" CHECK (char_length(name) BETWEEN 1 AND 255 AND btrim(name) <> ''),
    call_id    text COLLATE "C" CHECK (char_length(call_id) BETWEEN 1 AND 255 AND btrim(call_id) <> ''),
    media_type text COLLATE "C" CHECK (char_length(media_type) BETWEEN 1 AND 255 AND btrim(media_type) <> ''),
    blob_id    text COLLATE "C" REFERENCES blobs (id) ON DELETE RESTRICT,
    data       jsonb,
    text       text COLLATE "C",
    PRIMARY KEY (message_id, position)
);

CREATE INDEX message_parts_by_blob ON message_parts (blob_id) WHERE blob_id IS NOT NULL;

-- A blob goes with the last reference to it, whatever deletes that: the library, a cascade, or SQL of others.
-- Who refers to a blob holds a share of its row until the commit. So the lock waits for them, and the DELETE,
-- which is a statement of its own, sees their rows. Without the lock, two transactions that delete the last two
-- references would each see the other's, and the blob would stay.
CREATE FUNCTION release_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A session's search_path need not have this schema in it.
    EXECUTE format('SELECT 1 FROM %I.blobs WHERE id = $1 FOR UPDATE', TG_TABLE_SCHEMA) USING OLD.blob_id;
    EXECUTE format('DELETE FROM %1$I.blobs WHERE id = $1 AND NOT EXISTS'
            ' (SELECT 1 FROM %1$I.message_parts WHERE blob_id = $1)', TG_TABLE_SCHEMA) USING OLD.blob_id;
    RETURN NULL;
END;
$$;

CREATE TRIGGER message_parts_release AFTER DELETE ON message_parts
    FOR EACH ROW WHEN (OLD.blob_id IS NOT NULL) EXECUTE FUNCTION release_blob();

CREATE TRIGGER message_parts_replace AFTER UPDATE ON message_parts
    FOR EACH ROW WHEN (OLD.blob_id IS NOT NULL AND OLD.blob_id IS DISTINCT FROM NEW.blob_id)
    EXECUTE FUNCTION release_blob();

-- A tree of messages. Without a parent, a message follows the one before it by number, so a conversation
-- without branches has no parents. A message that is its own parent follows none.
ALTER TABLE messages ADD COLUMN parent_id text COLLATE "C";
ALTER TABLE messages ADD CONSTRAINT messages_parent_id_fkey
    FOREIGN KEY (parent_id) REFERENCES messages (id) ON DELETE SET NULL;
CREATE INDEX messages_by_parent ON messages (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX messages_branches ON messages (conversation_id, sequence_number) WHERE parent_id IS NOT NULL;

-- The last message of the path that is read. A conversation has one if and only if it has branches.
ALTER TABLE conversations ADD COLUMN title text COLLATE "C";
ALTER TABLE conversations ADD CONSTRAINT conversations_title_check
    CHECK (char_length(title) BETWEEN 1 AND 255 AND btrim(title) <> '');
ALTER TABLE conversations ADD COLUMN head_id text COLLATE "C";
ALTER TABLE conversations ADD CONSTRAINT conversations_head_id_fkey
    FOREIGN KEY (head_id) REFERENCES messages (id) ON DELETE SET NULL;
CREATE INDEX conversations_by_head ON conversations (head_id) WHERE head_id IS NOT NULL;

-- A summary stands for a conversation's messages up to one of them, when a model is given the context. The
-- messages stay.
CREATE TABLE compactions (
    conversation_id text COLLATE "C" NOT NULL,
    sequence_number bigint           NOT NULL,
    summary         text COLLATE "C" NOT NULL,
    created_at      timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    PRIMARY KEY (conversation_id, sequence_number),
    FOREIGN KEY (conversation_id, sequence_number) REFERENCES messages (conversation_id, sequence_number)
        ON DELETE CASCADE
);
