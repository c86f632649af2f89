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
