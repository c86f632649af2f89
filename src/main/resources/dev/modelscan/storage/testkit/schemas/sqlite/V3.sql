-- modelscan-storage for SQLite: from version 0 to 3
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
PRAGMA application_id = 1297310547;

CREATE TABLE modelscan_schema_history (
    installed_rank integer NOT NULL PRIMARY KEY,
    version varchar(50),
    description varchar(200) NOT NULL,
    type varchar(20) NOT NULL,
    script varchar(1000) NOT NULL,
    checksum integer,
    installed_by varchar(100) NOT NULL,
    installed_on text NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    execution_time integer NOT NULL,
    success boolean NOT NULL
);
CREATE INDEX modelscan_schema_history_s_idx ON modelscan_schema_history (success);

-- V1__core_schema.sql
-- Agents, teams, tasks and messages.
--
-- Conventions of every table:
--   ids         text: the caller's own, or a UUIDv7 of the library
--   *_at        UTC, ISO-8601, always 27 characters: 2025-12-18T09:30:00.000000Z. With a fixed width, text
--               order is time order.
--   JSON        text that json_valid accepts
--   version     increases by one with every update; the library compares it to find lost updates
-- The *_touch triggers serve writes of other programs, which do not change version: the trigger increases it
-- and sets updated_at. The library increases version itself, so its updates cost one write.

CREATE TABLE agents (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    name         TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255 AND trim(name) <> ''),
    mode         TEXT    NOT NULL CHECK (length(mode) BETWEEN 1 AND 255 AND trim(mode) <> ''),
    capabilities TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(capabilities) AND capabilities LIKE '[%'),
    metadata     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at   TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE TABLE teams (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    name       TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 255 AND trim(name) <> ''),
    metadata   TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version    INTEGER NOT NULL DEFAULT 1,
    created_at TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE TABLE team_members (
    team_id   TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    agent_id  TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    role      TEXT NOT NULL DEFAULT 'member' CHECK (length(role) BETWEEN 1 AND 255 AND trim(role) <> ''),
    joined_at TEXT NOT NULL CHECK (joined_at LIKE '____-__-__T__:__:__.______Z'),
    PRIMARY KEY (team_id, agent_id)
) STRICT;

-- V4 adds workflow_id and its table.
CREATE TABLE tasks (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    agent_id   TEXT    REFERENCES agents (id) ON DELETE SET NULL,
    type       TEXT    NOT NULL CHECK (length(type) BETWEEN 1 AND 255 AND trim(type) <> ''),
    status     TEXT    NOT NULL DEFAULT 'pending'
                       CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    priority   INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    input      TEXT    CHECK (input IS NULL OR json_valid(input)),
    output     TEXT    CHECK (output IS NULL OR json_valid(output)),
    error      TEXT,
    metadata   TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version    INTEGER NOT NULL DEFAULT 1,
    created_at TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE TABLE messages (
    id              TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    conversation_id TEXT    NOT NULL CHECK (length(conversation_id) BETWEEN 1 AND 255),
    sender_id       TEXT    NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    receiver_id     TEXT    REFERENCES agents (id) ON DELETE RESTRICT,
    content_type    TEXT    NOT NULL CHECK (length(content_type) <= 255 AND content_type LIKE '_%/_%'),
    content         TEXT    NOT NULL,
    metadata        TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version         INTEGER NOT NULL DEFAULT 1,
    created_at      TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at      TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE INDEX idx_conversation ON messages (conversation_id);
CREATE INDEX idx_sender ON messages (sender_id);
CREATE INDEX idx_receiver ON messages (receiver_id);

CREATE TRIGGER agents_touch AFTER UPDATE ON agents WHEN NEW.version = OLD.version
BEGIN
    UPDATE agents SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z' WHERE id = NEW.id;
END;

CREATE TRIGGER teams_touch AFTER UPDATE ON teams WHEN NEW.version = OLD.version
BEGIN
    UPDATE teams SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z' WHERE id = NEW.id;
END;

CREATE TRIGGER tasks_touch AFTER UPDATE ON tasks WHEN NEW.version = OLD.version
BEGIN
    UPDATE tasks SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z' WHERE id = NEW.id;
END;
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '1', 'core schema', 'SQL', 'V1__core_schema.sql', 1680952236, 'schema export', 0, true
FROM modelscan_schema_history;

-- V2__team_description.sql
-- The purpose of a team, as free text.
ALTER TABLE teams ADD COLUMN description TEXT;
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '2', 'team description', 'SQL', 'V2__team_description.sql', -476695512, 'schema export', 0, true
FROM modelscan_schema_history;

-- V3__tool_executions.sql
-- One row for each use of a tool by an agent.
CREATE TABLE tool_executions (
    id              TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    agent_id        TEXT    NOT NULL REFERENCES agents (id) ON DELETE RESTRICT,
    tool_name       TEXT    NOT NULL CHECK (length(tool_name) BETWEEN 1 AND 255 AND trim(tool_name) <> ''),
    input           TEXT    CHECK (input IS NULL OR json_valid(input)),
    output          TEXT    CHECK (output IS NULL OR json_valid(output)),
    error           TEXT,
    status          TEXT    NOT NULL DEFAULT 'pending'
                            CHECK (status IN ('pending', 'running', 'success', 'failed', 'timeout')),
    started_at      TEXT    CHECK (started_at LIKE '____-__-__T__:__:__.______Z'),
    completed_at    TEXT    CHECK (completed_at LIKE '____-__-__T__:__:__.______Z'),
    metadata        TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version         INTEGER NOT NULL DEFAULT 1,
    created_at      TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at      TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE TRIGGER tool_executions_touch AFTER UPDATE ON tool_executions WHEN NEW.version = OLD.version
BEGIN
    UPDATE tool_executions SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE id = NEW.id;
END;
INSERT INTO modelscan_schema_history
    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
SELECT coalesce(max(installed_rank), 0) + 1, '3', 'tool executions', 'SQL', 'V3__tool_executions.sql', 212614948, 'schema export', 0, true
FROM modelscan_schema_history;

COMMIT;

INSERT INTO agents (id, name, mode, capabilities, metadata, version, created_at, updated_at) VALUES ('a1', 'alice', 'llm', '["search", "é😀"]', '{"b": 1.50, "a": [1, null]}', 3, '2025-12-18T09:30:00.000001Z', '2025-12-18T09:30:01.999999Z');
INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('a2', 'bob', 'human', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO teams (id, name, metadata, created_at, updated_at) VALUES ('g1', 'writers', '{"x": {"y": []}}', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO teams (id, name, description, created_at, updated_at) VALUES ('g2', 'readers', 'they read', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO team_members (team_id, agent_id, role, joined_at) VALUES ('g1', 'a1', 'lead', '2025-12-18T09:30:00.000000Z');
INSERT INTO tasks (id, agent_id, type, status, priority, input, output, error, metadata, version, created_at, updated_at) VALUES ('k1', 'a1', 'summarise', 'failed', -100, '[1, 2]', '"text"', 'it broke', '{"k": true}', 2, '2025-12-18T09:30:00.000000Z', '2025-12-18T09:31:00.000000Z');
INSERT INTO messages (id, conversation_id, sender_id, receiver_id, content_type, content, metadata, created_at, updated_at) VALUES ('m1', 'c1', 'a1', 'a2', 'text/plain', 'hello 😀', '{"n": 1}', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
INSERT INTO messages (id, conversation_id, sender_id, content_type, content, created_at, updated_at) VALUES ('m2', 'c1', 'a2', 'text/plain', '', '2025-12-18T09:30:01.000000Z', '2025-12-18T09:30:01.000000Z');
INSERT INTO tool_executions (id, agent_id, tool_name, input, status, created_at, updated_at) VALUES ('e1', 'a1', 'grep', '{"a": 2}', 'pending', '2025-12-18T09:30:00.000000Z', '2025-12-18T09:30:00.000000Z');
