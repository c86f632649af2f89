-- Where records came from, and what the files of other programs say beyond a run's messages: roles, the
-- links of a call to its messages and to the run that it started, parent tasks, model calls and their cost,
-- scores.
--
-- An origin is six columns. source_format is the form of the source, such as claude-code; it is set if and
-- only if the record came from a source. external_id is the record's name in the source, unique within its
-- form, so that a session is found again when its file has grown or moved. source_id, and the place in the
-- source (record and line count from 1, the offset is in bytes), are optional; a source that is deleted
-- leaves the rest.
--
-- A task with an origin is history: its status is final, so no list of pending work has it. The check holds
-- it.
--
-- Origins of messages are a table of their own: six more columns would cost every page of messages.
--
-- *_nanos are billionths of a unit. Whole numbers add up to the same sum on both engines, and exactly; the
-- largest is 9.2 billion units.

CREATE TABLE sources (
    id          TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    format      TEXT    NOT NULL CHECK (length(format) BETWEEN 1 AND 255 AND trim(format) <> ''),
    name        TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 4096),
    sha256      TEXT    CHECK (length(sha256) = 64),
    bytes       INTEGER CHECK (bytes >= 0),
    metadata    TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version     INTEGER NOT NULL DEFAULT 1,
    imported_at TEXT    NOT NULL CHECK (imported_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at  TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE TRIGGER sources_touch AFTER UPDATE ON sources WHEN NEW.version = OLD.version
BEGIN
    UPDATE sources SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE id = NEW.id;
END;

ALTER TABLE workflows ADD COLUMN source_format TEXT CHECK (length(source_format) BETWEEN 1 AND 255 AND trim(source_format) <> '');
ALTER TABLE workflows ADD COLUMN source_id TEXT REFERENCES sources (id) ON DELETE SET NULL;
ALTER TABLE workflows ADD COLUMN source_record INTEGER CHECK (source_record >= 0);
ALTER TABLE workflows ADD COLUMN source_line INTEGER CHECK (source_line >= 0);
ALTER TABLE workflows ADD COLUMN source_offset INTEGER CHECK (source_offset >= 0);
ALTER TABLE workflows ADD COLUMN external_id TEXT CHECK (length(external_id) BETWEEN 1 AND 255);

ALTER TABLE tasks ADD COLUMN parent_id TEXT REFERENCES tasks (id) ON DELETE SET NULL CHECK (parent_id <> id);
ALTER TABLE tasks ADD COLUMN source_format TEXT CHECK (length(source_format) BETWEEN 1 AND 255 AND trim(source_format) <> '') CHECK (source_format IS NULL OR status IN ('completed', 'failed', 'cancelled'));
ALTER TABLE tasks ADD COLUMN source_id TEXT REFERENCES sources (id) ON DELETE SET NULL;
ALTER TABLE tasks ADD COLUMN source_record INTEGER CHECK (source_record >= 0);
ALTER TABLE tasks ADD COLUMN source_line INTEGER CHECK (source_line >= 0);
ALTER TABLE tasks ADD COLUMN source_offset INTEGER CHECK (source_offset >= 0);
ALTER TABLE tasks ADD COLUMN external_id TEXT CHECK (length(external_id) BETWEEN 1 AND 255);

ALTER TABLE conversations ADD COLUMN source_format TEXT CHECK (length(source_format) BETWEEN 1 AND 255 AND trim(source_format) <> '');
ALTER TABLE conversations ADD COLUMN source_id TEXT REFERENCES sources (id) ON DELETE SET NULL;
ALTER TABLE conversations ADD COLUMN source_record INTEGER CHECK (source_record >= 0);
ALTER TABLE conversations ADD COLUMN source_line INTEGER CHECK (source_line >= 0);
ALTER TABLE conversations ADD COLUMN source_offset INTEGER CHECK (source_offset >= 0);
ALTER TABLE conversations ADD COLUMN external_id TEXT CHECK (length(external_id) BETWEEN 1 AND 255);

-- Null if nobody has said it: a message of an agent at work has a sender, which says more.
ALTER TABLE messages ADD COLUMN role TEXT CHECK (role IN ('system', 'developer', 'user', 'assistant', 'tool', 'other'));

CREATE TABLE message_origins (
    message_id      TEXT    NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    conversation_id TEXT    NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    source_format   TEXT    NOT NULL CHECK (length(source_format) BETWEEN 1 AND 255 AND trim(source_format) <> ''),
    source_id       TEXT    REFERENCES sources (id) ON DELETE SET NULL,
    source_record   INTEGER CHECK (source_record >= 0),
    source_line     INTEGER CHECK (source_line >= 0),
    source_offset   INTEGER CHECK (source_offset >= 0),
    external_id     TEXT    CHECK (length(external_id) BETWEEN 1 AND 255),
    UNIQUE (conversation_id, external_id)
) STRICT;

-- decided_by: what said whether the call failed. Null for calls that were not imported.
--
-- Creates the table again, because two foreign keys to one table need names: without them jOOQ's generator
-- takes them for one key of two columns, and a join by path finds nothing. Nothing refers to this table.
CREATE TABLE tool_executions_new (
    id                TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    agent_id          TEXT    NOT NULL,
    tool_name         TEXT    NOT NULL CHECK (length(tool_name) BETWEEN 1 AND 255 AND trim(tool_name) <> ''),
    input             TEXT    CHECK (input IS NULL OR json_valid(input)),
    output            TEXT    CHECK (output IS NULL OR json_valid(output)),
    error             TEXT,
    status            TEXT    NOT NULL DEFAULT 'pending'
                              CHECK (status IN ('pending', 'running', 'success', 'failed', 'timeout')),
    started_at        TEXT    CHECK (started_at LIKE '____-__-__T__:__:__.______Z'),
    completed_at      TEXT    CHECK (completed_at LIKE '____-__-__T__:__:__.______Z'),
    metadata          TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version           INTEGER NOT NULL DEFAULT 1,
    created_at        TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at        TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
    task_id           TEXT,
    call_id           TEXT    CHECK (length(call_id) BETWEEN 1 AND 255),
    message_id        TEXT,
    answer_message_id TEXT,
    child_task_id     TEXT,
    decided_by        TEXT    CHECK (decided_by IN ('flag', 'heuristic')),
    CONSTRAINT tool_executions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents (id) ON DELETE RESTRICT,
    CONSTRAINT tool_executions_task_id_fkey FOREIGN KEY (task_id) REFERENCES tasks (id) ON DELETE SET NULL,
    CONSTRAINT tool_executions_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE SET NULL,
    CONSTRAINT tool_executions_answer_message_id_fkey
        FOREIGN KEY (answer_message_id) REFERENCES messages (id) ON DELETE SET NULL,
    CONSTRAINT tool_executions_child_task_id_fkey FOREIGN KEY (child_task_id) REFERENCES tasks (id) ON DELETE SET NULL
) STRICT;

INSERT INTO tool_executions_new (id, agent_id, tool_name, input, output, error, status, started_at, completed_at,
                                 metadata, version, created_at, updated_at, task_id)
SELECT id, agent_id, tool_name, input, output, error, status, started_at, completed_at,
       metadata, version, created_at, updated_at, task_id
FROM tool_executions;

DROP TABLE tool_executions;
ALTER TABLE tool_executions_new RENAME TO tool_executions;

CREATE TRIGGER tool_executions_touch AFTER UPDATE ON tool_executions WHEN NEW.version = OLD.version
BEGIN
    UPDATE tool_executions SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE id = NEW.id;
END;

CREATE INDEX tool_executions_list ON tool_executions (created_at, id);
CREATE INDEX tool_executions_by_agent ON tool_executions (agent_id, created_at, id);
CREATE INDEX tool_executions_by_task ON tool_executions (task_id, created_at, id);
CREATE INDEX tool_executions_by_tool ON tool_executions (tool_name, created_at, id);
CREATE INDEX tool_executions_usage ON tool_executions (started_at, tool_name, status, completed_at);

-- Null tokens are unknown. Each count is the provider's own: whether input_tokens holds those of the cache, and
-- output_tokens those of reasoning, differs between providers.
CREATE TABLE model_calls (
    id                 TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    task_id            TEXT    REFERENCES tasks (id) ON DELETE SET NULL,
    message_id         TEXT    REFERENCES messages (id) ON DELETE SET NULL,
    agent_id           TEXT    REFERENCES agents (id) ON DELETE SET NULL,
    model              TEXT    CHECK (length(model) BETWEEN 1 AND 255 AND trim(model) <> ''),
    provider           TEXT    CHECK (length(provider) BETWEEN 1 AND 255 AND trim(provider) <> ''),
    input_tokens       INTEGER CHECK (input_tokens >= 0),
    output_tokens      INTEGER CHECK (output_tokens >= 0),
    cache_read_tokens  INTEGER CHECK (cache_read_tokens >= 0),
    cache_write_tokens INTEGER CHECK (cache_write_tokens >= 0),
    reasoning_tokens   INTEGER CHECK (reasoning_tokens >= 0),
    cost_nanos         INTEGER CHECK (cost_nanos >= 0),
    currency           TEXT    CHECK (length(currency) = 3),
    finish_reason      TEXT    CHECK (length(finish_reason) BETWEEN 1 AND 255 AND trim(finish_reason) <> ''),
    started_at         TEXT    CHECK (started_at LIKE '____-__-__T__:__:__.______Z'),
    completed_at       TEXT    CHECK (completed_at LIKE '____-__-__T__:__:__.______Z'),
    source_format      TEXT    CHECK (length(source_format) BETWEEN 1 AND 255 AND trim(source_format) <> ''),
    external_id        TEXT    CHECK (length(external_id) BETWEEN 1 AND 255),
    metadata           TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version            INTEGER NOT NULL DEFAULT 1,
    created_at         TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at         TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
    UNIQUE (source_format, external_id)
) STRICT;

CREATE TRIGGER model_calls_touch AFTER UPDATE ON model_calls WHEN NEW.version = OLD.version
BEGIN
    UPDATE model_calls SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE id = NEW.id;
END;

-- source: who or what gave the score, such as a grader's name.
CREATE TABLE scores (
    id          TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    task_id     TEXT    NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 255 AND trim(name) <> ''),
    value_nanos INTEGER NOT NULL,
    source      TEXT    CHECK (length(source) BETWEEN 1 AND 255 AND trim(source) <> ''),
    metadata    TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata) AND metadata LIKE '{%'),
    version     INTEGER NOT NULL DEFAULT 1,
    created_at  TEXT    NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
    updated_at  TEXT    NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z')
) STRICT;

CREATE TRIGGER scores_touch AFTER UPDATE ON scores WHEN NEW.version = OLD.version
BEGIN
    UPDATE scores SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE id = NEW.id;
END;

-- Partial, so that records without these values cost nothing. A unique index on two columns lets null
-- repeat.
CREATE UNIQUE INDEX workflows_by_external_id ON workflows (source_format, external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX tasks_by_external_id ON tasks (source_format, external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX conversations_by_external_id ON conversations (source_format, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX workflows_by_source ON workflows (source_id, created_at, id) WHERE source_id IS NOT NULL;
CREATE INDEX tasks_by_source ON tasks (source_id, created_at, id) WHERE source_id IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (parent_id, created_at, id) WHERE parent_id IS NOT NULL;
CREATE INDEX conversations_by_source ON conversations (source_id, created_at, id) WHERE source_id IS NOT NULL;
CREATE INDEX tool_executions_by_call ON tool_executions (call_id, created_at, id) WHERE call_id IS NOT NULL;
CREATE INDEX tool_executions_by_message ON tool_executions (message_id, created_at, id) WHERE message_id IS NOT NULL;
CREATE INDEX tool_executions_by_answer ON tool_executions (answer_message_id) WHERE answer_message_id IS NOT NULL;
CREATE INDEX tool_executions_by_child ON tool_executions (child_task_id) WHERE child_task_id IS NOT NULL;

CREATE INDEX conversations_list ON conversations (created_at, id);
CREATE INDEX message_origins_by_conversation ON message_origins (conversation_id, message_id);
CREATE INDEX message_origins_by_source ON message_origins (source_id, message_id);
CREATE INDEX sources_list ON sources (imported_at, id);
CREATE INDEX sources_by_format ON sources (format, imported_at, id);
CREATE INDEX sources_by_sha256 ON sources (sha256, imported_at, id);
CREATE INDEX model_calls_list ON model_calls (created_at, id);
CREATE INDEX model_calls_by_task ON model_calls (task_id, created_at, id);
CREATE INDEX model_calls_by_message ON model_calls (message_id, created_at, id);
CREATE INDEX model_calls_by_agent ON model_calls (agent_id, created_at, id);
CREATE INDEX scores_list ON scores (created_at, id);
CREATE INDEX scores_by_task ON scores (task_id, created_at, id);
CREATE INDEX scores_by_name ON scores (name, created_at, id);
