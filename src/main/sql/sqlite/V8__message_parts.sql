-- What a message consists of besides its readable text, bytes that are stored once, and branches of conversations.

-- Bytes of any length, stored once for all that refer to them. The id is their SHA-256 in lower-case
-- hexadecimal digits. The bytes are in rows of their own, so that no list of blobs reads them.
CREATE TABLE blobs (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    size       INTEGER NOT NULL CHECK (size >= 0),
    created_at TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE INDEX blobs_list ON blobs (created_at, id);

CREATE TABLE blob_chunks (
    blob_id  TEXT    NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position >= 0),
    bytes    BLOB    NOT NULL CHECK (length(bytes) BETWEEN 1 AND 1048576),
    PRIMARY KEY (blob_id, position)
) STRICT;

-- The large columns are last: SQLite reads what is stored before them without them.
CREATE TABLE message_parts (
    message_id TEXT    NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL CHECK (position >= 0),
    kind       TEXT    NOT NULL CHECK (kind IN ('text', 'reasoning', 'image', 'audio', 'file', 'refusal', 'tool_call',
                                                'tool_result', 'other')),
    name       TEXT    CHECK (length(name) BETWEEN 1 AND 255 AND trim(name) <> ''),
    call_id    TEXT    CHECK (length(call_id) BETWEEN 1 AND 255 AND trim(call_id) <> ''),
    media_type TEXT    CHECK (length(media_type) BETWEEN 1 AND 255 AND trim(media_type) <> ''),
    blob_id    TEXT    REFERENCES blobs (id) ON DELETE RESTRICT,
    data       TEXT    CHECK (data IS NULL OR json_valid(data)),
    text       TEXT,
    PRIMARY KEY (message_id, position)
) STRICT;

CREATE INDEX message_parts_by_blob ON message_parts (blob_id) WHERE blob_id IS NOT NULL;

-- A blob goes with the last reference to it, whatever deletes that: the library, a cascade, or SQL of others.
CREATE TRIGGER message_parts_release AFTER DELETE ON message_parts WHEN OLD.blob_id IS NOT NULL
BEGIN
    DELETE FROM blobs WHERE id = OLD.blob_id
        AND NOT EXISTS (SELECT 1 FROM message_parts WHERE blob_id = OLD.blob_id);
END;

CREATE TRIGGER message_parts_replace AFTER UPDATE ON message_parts
    WHEN OLD.blob_id IS NOT NULL AND OLD.blob_id IS NOT NEW.blob_id
BEGIN
    DELETE FROM blobs WHERE id = OLD.blob_id
        AND NOT EXISTS (SELECT 1 FROM message_parts WHERE blob_id = OLD.blob_id);
END;

-- A tree of messages. Without a parent, a message follows the one before it by number, so a conversation
-- without branches has no parents. A message that is its own parent follows none.
ALTER TABLE messages ADD COLUMN parent_id TEXT REFERENCES messages (id) ON DELETE SET NULL;
CREATE INDEX messages_by_parent ON messages (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX messages_branches ON messages (conversation_id, sequence_number) WHERE parent_id IS NOT NULL;

-- The last message of the path that is read. A conversation has one if and only if it has branches.
ALTER TABLE conversations ADD COLUMN title TEXT CHECK (length(title) BETWEEN 1 AND 255 AND trim(title) <> '');
ALTER TABLE conversations ADD COLUMN head_id TEXT REFERENCES messages (id) ON DELETE SET NULL;
CREATE INDEX conversations_by_head ON conversations (head_id) WHERE head_id IS NOT NULL;

-- A summary stands for a conversation's messages up to one of them, when a model is given the context. The
-- messages stay.
CREATE TABLE compactions (
    conversation_id TEXT    NOT NULL,
    sequence_number INTEGER NOT NULL,
    summary         TEXT    NOT NULL,
    created_at      TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    PRIMARY KEY (conversation_id, sequence_number),
    FOREIGN KEY (conversation_id, sequence_number) REFERENCES messages (conversation_id, sequence_number)
        ON DELETE CASCADE
) STRICT;
