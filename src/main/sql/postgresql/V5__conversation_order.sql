-- Numbers the messages of a conversation, so that their order does not depend on a clock. The row of the
-- conversation holds the last number, so the number of a deleted message is never used again.
CREATE TABLE conversations (
    id                   text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    last_sequence_number bigint           NOT NULL DEFAULT 0 CHECK (last_sequence_number >= 0),
    created_at           timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

INSERT INTO conversations (id, last_sequence_number, created_at)
SELECT conversation_id, count(*), min(created_at) FROM messages GROUP BY conversation_id;

-- Creates the table again, because the order of columns must be the same as on SQLite, and new columns would
-- be last. The rows move to another table, and the old table is dropped first: constraint names are unique in a
-- schema, so next to the old table PostgreSQL would add a number to the new names.
CREATE TABLE messages_before (LIKE messages);
INSERT INTO messages_before SELECT * FROM messages;
DROP TABLE messages;

CREATE TABLE messages (
    id              text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    conversation_id text COLLATE "C" NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    sequence_number bigint           NOT NULL CHECK (sequence_number >= 1),
    sender_id       text COLLATE "C" NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    receiver_id     text COLLATE "C" REFERENCES agents (id) ON DELETE RESTRICT,
    task_id         text COLLATE "C" REFERENCES tasks (id) ON DELETE SET NULL,
    team_id         text COLLATE "C" REFERENCES teams (id) ON DELETE SET NULL,
    content_type    text COLLATE "C" NOT NULL CHECK (char_length(content_type) <= 255 AND content_type LIKE '_%/_%'),
    content         text COLLATE "C" NOT NULL,
    metadata        jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    read_at         timestamptz      CHECK (read_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    version         bigint           NOT NULL DEFAULT 1,
    created_at      timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at      timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    UNIQUE (conversation_id, sequence_number)
);

-- Messages of the same time are ordered by id, because PostgreSQL does not know the order of insertion.
INSERT INTO messages (id, conversation_id, sequence_number, sender_id, receiver_id, content_type, content, metadata,
                      version, created_at, updated_at)
SELECT id, conversation_id, row_number() OVER (PARTITION BY conversation_id ORDER BY created_at, id), sender_id,
       receiver_id, content_type, content, metadata, version, created_at, updated_at
FROM messages_before;

DROP TABLE messages_before;

CREATE TRIGGER messages_touch BEFORE UPDATE ON messages
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();
