-- Numbers the messages of a conversation, so that their order does not depend on a clock. The row of the
-- conversation holds the last number, so the number of a deleted message is never used again.
CREATE TABLE conversations (
    id                   TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    last_sequence_number INTEGER NOT NULL DEFAULT 0 CHECK (last_sequence_number >= 0),
    created_at           TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

INSERT INTO conversations (id, last_sequence_number, created_at)
SELECT conversation_id, count(*), min(created_at) FROM messages GROUP BY conversation_id;

-- SQLite cannot add a NOT NULL column without a default, so this creates the table again. Nothing refers to
-- it.
CREATE TABLE messages_new (
    id              TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    conversation_id TEXT    NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    sequence_number INTEGER NOT NULL CHECK (sequence_number >= 1),
    sender_id       TEXT    NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    receiver_id     TEXT    REFERENCES agents (id) ON DELETE RESTRICT,
    task_id         TEXT    REFERENCES tasks (id) ON DELETE SET NULL,
    team_id         TEXT    REFERENCES teams (id) ON DELETE SET NULL,
    content_type    TEXT    NOT NULL CHECK (length(content_type) <= 255 AND content_type LIKE '_%/_%'),
    content         TEXT    NOT NULL,
    metadata        TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    read_at         TEXT    CHECK (read_at LIKE '____-__-__T__:__:__.______Z'),
    version         INTEGER NOT NULL DEFAULT 1,
    created_at      TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at      TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
    UNIQUE (conversation_id, sequence_number)
) STRICT;

INSERT INTO messages_new (id, conversation_id, sequence_number, sender_id, receiver_id, content_type, content, metadata,
                          version, created_at, updated_at)
SELECT id, conversation_id, row_number() OVER (PARTITION BY conversation_id ORDER BY created_at, rowid), sender_id,
       receiver_id, content_type, content, metadata, version, created_at, updated_at
FROM messages;

DROP TABLE messages;
ALTER TABLE messages_new RENAME TO messages;

CREATE TRIGGER messages_touch AFTER UPDATE ON messages WHEN NEW.version = OLD.version
BEGIN
    UPDATE messages SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE id = NEW.id;
END;
