-- modelscan-storage for PostgreSQL, in the schema that is first in search_path: from version 0 to 5
BEGIN;

CREATE TABLE modelscan_schema_history (
    installed_rank integer NOT NULL PRIMARY KEY,
    version varchar(50),
    description varchar(200) NOT NULL,
    type varchar(20) NOT NULL,
    script varchar(1000) NOT NULL,
    checksum integer,
    installed_by varchar(100) NOT NULL,
    installed_on timestamp NOT NULL DEFAULT now(),
    execution_time integer NOT NULL,
    success boolean NOT NULL
);
CREATE INDEX modelscan_schema_history_s_idx ON modelscan_schema_history (success);

-- V1__core_schema.sql
-- Agents, teams, tasks and messages.
--
-- The same tables as on SQLite. No name has a schema: search_path decides where they are. Nothing refers to
-- another schema.
--
-- Conventions of every table:
--   ids         text: the caller's own, or a UUIDv7 of the library
--   text        COLLATE "C": compares bytes, like SQLite. Order and equality are the same on both engines,
--               and an update of the system's locales cannot break an index.
--   *_at        timestamptz in microseconds, in the years 0 to 9999, as in SQLite's text; never infinity
--   JSON        jsonb
--   version     increases by one with every update; the library compares it to find lost updates
--   constraints have PostgreSQL's own names, <table>_<column>_<kind>: the library reads errors by them
-- The *_touch triggers serve writes of other programs, which do not change version: the trigger increases it
-- and sets updated_at.

CREATE TABLE agents (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    name         text COLLATE "C" NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 255 AND btrim(name) <> ''),
    mode         text COLLATE "C" NOT NULL CHECK (char_length(mode) BETWEEN 1 AND 255 AND btrim(mode) <> ''),
    capabilities jsonb            NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(capabilities) = 'array'),
    metadata     jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version      bigint           NOT NULL DEFAULT 1,
    created_at   timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at   timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE TABLE teams (
    id         text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    name       text COLLATE "C" NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 255 AND btrim(name) <> ''),
    metadata   jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version    bigint           NOT NULL DEFAULT 1,
    created_at timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE TABLE team_members (
    team_id   text COLLATE "C" NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    agent_id  text COLLATE "C" NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    role      text COLLATE "C" NOT NULL DEFAULT 'member' CHECK (char_length(role) BETWEEN 1 AND 255 AND btrim(role) <> ''),
    joined_at timestamptz      NOT NULL CHECK (joined_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    PRIMARY KEY (team_id, agent_id)
);

-- V4 adds workflow_id and its table.
CREATE TABLE tasks (
    id         text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    agent_id   text COLLATE "C" REFERENCES agents (id) ON DELETE SET NULL,
    type       text COLLATE "C" NOT NULL CHECK (char_length(type) BETWEEN 1 AND 255 AND btrim(type) <> ''),
    status     text COLLATE "C" NOT NULL DEFAULT 'pending'
                       CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    priority   integer          NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    input      jsonb,
    output     jsonb,
    error      text COLLATE "C",
    metadata   jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version    bigint           NOT NULL DEFAULT 1,
    created_at timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE TABLE messages (
    id              text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    conversation_id text COLLATE "C" NOT NULL CHECK (char_length(conversation_id) BETWEEN 1 AND 255),
    sender_id       text COLLATE "C" NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    receiver_id     text COLLATE "C" REFERENCES agents (id) ON DELETE RESTRICT,
    content_type    text COLLATE "C" NOT NULL CHECK (char_length(content_type) <= 255 AND content_type LIKE '_%/_%'),
    content         text COLLATE "C" NOT NULL,
    metadata        jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version         bigint           NOT NULL DEFAULT 1,
    created_at      timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at      timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE INDEX idx_conversation ON messages (conversation_id);
CREATE INDEX idx_sender ON messages (sender_id);
CREATE INDEX idx_receiver ON messages (receiver_id);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    -- now() would be the same for two updates of one transaction.
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END;
$$;

CREATE TRIGGER agents_touch BEFORE UPDATE ON agents
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();

CREATE TRIGGER teams_touch BEFORE UPDATE ON teams
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();

CREATE TRIGGER tasks_touch BEFORE UPDATE ON tasks
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '1', 'core schema', 'SQL', 'V1__core_schema.sql', 125979256, 'schema export', 0, true
FROM modelscan_schema_history;

-- V2__team_description.sql
-- The purpose of a team, as free text.
ALTER TABLE teams ADD COLUMN description text COLLATE "C";
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '2', 'team description', 'SQL', 'V2__team_description.sql', 1634525183, 'schema export', 0, true
FROM modelscan_schema_history;

-- V3__tool_executions.sql
-- One row for each use of a tool by an agent.
CREATE TABLE tool_executions (
    id              text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    agent_id        text COLLATE "C" NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    tool_name       text COLLATE "C" NOT NULL CHECK (char_length(tool_name) BETWEEN 1 AND 255 AND btrim(tool_name) <> ''),
    input           jsonb,
    output          jsonb,
    error           text COLLATE "C",
    status          text COLLATE "C" NOT NULL DEFAULT 'pending'
                       CHECK (status IN ('pending', 'running', 'success', 'failed', 'timeout')),
    started_at      timestamptz      CHECK (started_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    completed_at    timestamptz      CHECK (completed_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    metadata        jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version         bigint           NOT NULL DEFAULT 1,
    created_at      timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at      timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE TRIGGER tool_executions_touch BEFORE UPDATE ON tool_executions
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '3', 'tool executions', 'SQL', 'V3__tool_executions.sql', 769112020, 'schema export', 0, true
FROM modelscan_schema_history;

-- V4__workflows.sql
-- Workflows, and the columns that link tasks and tool executions to them, to teams, to tasks and to times.
CREATE TABLE workflows (
    id           text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    name         text COLLATE "C" NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255 AND btrim(name) <> ''),
    status       text COLLATE "C" NOT NULL DEFAULT 'pending'
                       CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    metadata     jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    started_at   timestamptz      CHECK (started_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    completed_at timestamptz      CHECK (completed_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    version      bigint           NOT NULL DEFAULT 1,
    created_at   timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at   timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE TRIGGER workflows_touch BEFORE UPDATE ON workflows
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();

-- Citus needs one statement for a column and another for its constraint, and a name for the constraint.
ALTER TABLE tasks ADD COLUMN workflow_id text COLLATE "C";
ALTER TABLE tasks ADD COLUMN team_id text COLLATE "C";
ALTER TABLE tasks ADD COLUMN started_at timestamptz;
ALTER TABLE tasks ADD COLUMN completed_at timestamptz;
ALTER TABLE tasks ADD CONSTRAINT tasks_workflow_id_fkey
    FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE SET NULL;
ALTER TABLE tasks ADD CONSTRAINT tasks_team_id_fkey
    FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE SET NULL;
ALTER TABLE tasks ADD CONSTRAINT tasks_started_at_check CHECK (started_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z');
ALTER TABLE tasks ADD CONSTRAINT tasks_completed_at_check CHECK (completed_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z');

ALTER TABLE tool_executions ADD COLUMN task_id text COLLATE "C";
ALTER TABLE tool_executions ADD CONSTRAINT tool_executions_task_id_fkey
    FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE SET NULL;

ALTER TABLE agents ADD COLUMN status text COLLATE "C" NOT NULL DEFAULT 'idle';
ALTER TABLE agents ADD CONSTRAINT agents_status_check CHECK (status IN ('idle', 'active', 'inactive'));
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '4', 'workflows', 'SQL', 'V4__workflows.sql', 1675597883, 'schema export', 0, true
FROM modelscan_schema_history;

-- V5__conversation_order.sql
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
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '5', 'conversation order', 'SQL', 'V5__conversation_order.sql', 920631319, 'schema export', 0, true
FROM modelscan_schema_history;

COMMIT;

INSERT INTO agents (id, name, mode, capabilities, metadata, version, created_at, updated_at) VALUES ('a1', 'alice', 'llm', '["search", "é😀"]', '{"b": 1.50, "a": [1, null]}', 3, '2025-12-18T09:30:00.000001Z', '2025-12-18T09:30:01.999999Z');
INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('a2', 'bob', 'human', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO teams (id, name, metadata, created_at, updated_at) VALUES ('g1', 'writers', '{"x": {"y": []}}', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO teams (id, name, description, created_at, updated_at) VALUES ('g2', 'readers', 'they read', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO team_members (team_id, agent_id, role, joined_at) VALUES ('g1', 'a1', 'lead', '2025-12-18T09:30:00.000000Z');
INSERT INTO tasks (id, agent_id, type, status, priority, input, output, error, metadata, version, created_at, updated_at) VALUES ('k1', 'a1', 'summarise', 'failed', -100, '[1, 2]', '"text"', 'it broke', '{"k": true}', 2, '2025-12-18T09:30:00.000000Z', '2025-12-18T09:31:00.000000Z');
INSERT INTO workflows (id, name, status, started_at, completed_at, created_at, updated_at) VALUES ('w1', 'nightly', 'completed', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:32:00.000000Z', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:32:00.000000Z');
INSERT INTO tasks (id, agent_id, workflow_id, team_id, type, status, started_at, created_at, updated_at) VALUES ('k2', 'a2', 'w1', 'g1', 'read', 'running', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO conversations (id, last_sequence_number, created_at) VALUES ('c1', 3, '2025-12-18T09:30:00.000000Z');
INSERT INTO messages (id, conversation_id, sequence_number, sender_id, receiver_id, task_id, team_id, content_type, content, metadata, read_at, created_at, updated_at) VALUES ('m1', 'c1', 1, 'a1', 'a2', 'k1', 'g1', 'text/plain', 'hello 😀', '{"n": 1}', '2025-12-18T09:31:00.000000Z', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO messages (id, conversation_id, sequence_number, sender_id, content_type, content, created_at, updated_at) VALUES ('m2', 'c1', 3, 'a2', 'text/plain', '', '2025-12-18T09:30:01.000000Z', '2025-12-18T09:30:01.000000Z');
INSERT INTO tool_executions (id, agent_id, task_id, tool_name, input, output, error, status, started_at, completed_at, metadata, version, created_at, updated_at) VALUES ('e1', 'a1', 'k1', 'grep', '{"a": 2}', '[]', 'none', 'failed', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:01.000000Z', '{"b": 3}', 4, '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
