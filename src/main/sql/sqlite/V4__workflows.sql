-- Workflows, and the columns that link tasks and tool executions to them, to teams, to tasks and to times.
CREATE TABLE workflows (
    id           TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    name         TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 255 AND trim(name) <> ''),
    status       TEXT    NOT NULL DEFAULT 'pending'
                         CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    metadata     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    started_at   TEXT    CHECK (started_at LIKE '____-__-__T__:__:__.______Z'),
    completed_at TEXT    CHECK (completed_at LIKE '____-__-__T__:__:__.______Z'),
    version      INTEGER NOT NULL DEFAULT 1,
    created_at   TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at   TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE TRIGGER workflows_touch AFTER UPDATE ON workflows WHEN NEW.version = OLD.version
BEGIN
    UPDATE workflows SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE id = NEW.id;
END;

ALTER TABLE tasks ADD COLUMN workflow_id TEXT REFERENCES workflows (id) ON DELETE SET NULL;
ALTER TABLE tasks ADD COLUMN team_id TEXT REFERENCES teams (id) ON DELETE SET NULL;
ALTER TABLE tasks ADD COLUMN started_at TEXT CHECK (started_at LIKE '____-__-__T__:__:__.______Z');
ALTER TABLE tasks ADD COLUMN completed_at TEXT CHECK (completed_at LIKE '____-__-__T__:__:__.______Z');

ALTER TABLE tool_executions ADD COLUMN task_id TEXT REFERENCES tasks (id) ON DELETE SET NULL;

ALTER TABLE agents ADD COLUMN status TEXT NOT NULL DEFAULT 'idle' CHECK (status IN ('idle', 'active', 'inactive'));
