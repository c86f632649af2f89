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
