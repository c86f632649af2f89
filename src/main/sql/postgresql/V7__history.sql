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
--
-- Citus needs one statement for a column and another for its constraint, and a name for the constraint.

CREATE TABLE sources (
    id          text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    format      text COLLATE "C" NOT NULL CHECK (char_length(format) BETWEEN 1 AND 255 AND btrim(format) <> ''),
    name        text COLLATE "C" NOT NULL CHECK (char_length(name) BETWEEN 1 AND 4096),
    sha256      text COLLATE "C" CHECK (char_length(sha256) = 64),
    bytes       bigint           CHECK (bytes >= 0),
    metadata    jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version     bigint           NOT NULL DEFAULT 1,
    imported_at timestamptz      NOT NULL CHECK (imported_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at  timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE TRIGGER sources_touch BEFORE UPDATE ON sources
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();

ALTER TABLE workflows ADD COLUMN source_format text COLLATE "C";
ALTER TABLE workflows ADD COLUMN source_id text COLLATE "C";
ALTER TABLE workflows ADD COLUMN source_record bigint;
ALTER TABLE workflows ADD COLUMN source_line bigint;
ALTER TABLE workflows ADD COLUMN source_offset bigint;
ALTER TABLE workflows ADD COLUMN external_id text COLLATE "C";
ALTER TABLE workflows ADD CONSTRAINT workflows_source_format_check
    CHECK (char_length(source_format) BETWEEN 1 AND 255 AND btrim(source_format) <> '');
ALTER TABLE workflows ADD CONSTRAINT workflows_source_id_fkey
    FOREIGN KEY (source_id) REFERENCES sources (id) ON DELETE SET NULL;
ALTER TABLE workflows ADD CONSTRAINT workflows_source_record_check
    CHECK (source_record >= 0);
ALTER TABLE workflows ADD CONSTRAINT workflows_source_line_check
    CHECK (source_line >= 0);
ALTER TABLE workflows ADD CONSTRAINT workflows_source_offset_check
    CHECK (source_offset >= 0);
ALTER TABLE workflows ADD CONSTRAINT workflows_external_id_check
    CHECK (char_length(external_id) BETWEEN 1 AND 255);

ALTER TABLE tasks ADD COLUMN parent_id text COLLATE "C";
ALTER TABLE tasks ADD COLUMN source_format text COLLATE "C";
ALTER TABLE tasks ADD COLUMN source_id text COLLATE "C";
ALTER TABLE tasks ADD COLUMN source_record bigint;
ALTER TABLE tasks ADD COLUMN source_line bigint;
ALTER TABLE tasks ADD COLUMN source_offset bigint;
ALTER TABLE tasks ADD COLUMN external_id text COLLATE "C";
ALTER TABLE tasks ADD CONSTRAINT tasks_parent_id_fkey
    FOREIGN KEY (parent_id) REFERENCES tasks (id) ON DELETE SET NULL;
ALTER TABLE tasks ADD CONSTRAINT tasks_parent_id_id_check
    CHECK (parent_id <> id);
ALTER TABLE tasks ADD CONSTRAINT tasks_source_format_check
    CHECK (char_length(source_format) BETWEEN 1 AND 255 AND btrim(source_format) <> '');
ALTER TABLE tasks ADD CONSTRAINT tasks_source_format_status_check
    CHECK (source_format IS NULL OR status IN ('completed', 'failed', 'cancelled'));
ALTER TABLE tasks ADD CONSTRAINT tasks_source_id_fkey
    FOREIGN KEY (source_id) REFERENCES sources (id) ON DELETE SET NULL;
ALTER TABLE tasks ADD CONSTRAINT tasks_source_record_check
    CHECK (source_record >= 0);
ALTER TABLE tasks ADD CONSTRAINT tasks_source_line_check
    CHECK (source_line >= 0);
ALTER TABLE tasks ADD CONSTRAINT tasks_source_offset_check
    CHECK (source_offset >= 0);
ALTER TABLE tasks ADD CONSTRAINT tasks_external_id_check
    CHECK (char_length(external_id) BETWEEN 1 AND 255);

ALTER TABLE conversations ADD COLUMN source_format text COLLATE "C";
ALTER TABLE conversations ADD COLUMN source_id text COLLATE "C";
ALTER TABLE conversations ADD COLUMN source_record bigint;
ALTER TABLE conversations ADD COLUMN source_line bigint;
ALTER TABLE conversations ADD COLUMN source_offset bigint;
ALTER TABLE conversations ADD COLUMN external_id text COLLATE "C";
ALTER TABLE conversations ADD CONSTRAINT conversations_source_format_check
    CHECK (char_length(source_format) BETWEEN 1 AND 255 AND btrim(source_format) <> '');
ALTER TABLE conversations ADD CONSTRAINT conversations_source_id_fkey
    FOREIGN KEY (source_id) REFERENCES sources (id) ON DELETE SET NULL;
ALTER TABLE conversations ADD CONSTRAINT conversations_source_record_check
    CHECK (source_record >= 0);
ALTER TABLE conversations ADD CONSTRAINT conversations_source_line_check
    CHECK (source_line >= 0);
ALTER TABLE conversations ADD CONSTRAINT conversations_source_offset_check
    CHECK (source_offset >= 0);
ALTER TABLE conversations ADD CONSTRAINT conversations_external_id_check
    CHECK (char_length(external_id) BETWEEN 1 AND 255);

-- Null if nobody has said it: a message of an agent at work has a sender, which says more.
ALTER TABLE messages ADD COLUMN role text COLLATE "C";
ALTER TABLE messages ADD CONSTRAINT messages_role_check
    CHECK (role IN ('system', 'developer', 'user', 'assistant', 'tool', 'other'));

CREATE TABLE message_origins (
    message_id      text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    conversation_id text COLLATE "C" NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    source_format   text COLLATE "C" NOT NULL CHECK (char_length(source_format) BETWEEN 1 AND 255 AND btrim(source_format) <> ''),
    source_id       text COLLATE "C" REFERENCES sources (id) ON DELETE SET NULL,
    source_record   bigint           CHECK (source_record >= 0),
    source_line     bigint           CHECK (source_line >= 0),
    source_offset   bigint           CHECK (source_offset >= 0),
    external_id     text COLLATE "C" CHECK (char_length(external_id) BETWEEN 1 AND 255),
    UNIQUE (conversation_id, external_id)
);

-- decided_by: what said whether the call failed. Null for calls that were not imported.
ALTER TABLE tool_executions ADD COLUMN call_id text COLLATE "C";
ALTER TABLE tool_executions ADD COLUMN message_id text COLLATE "C";
ALTER TABLE tool_executions ADD COLUMN answer_message_id text COLLATE "C";
ALTER TABLE tool_executions ADD COLUMN child_task_id text COLLATE "C";
ALTER TABLE tool_executions ADD COLUMN decided_by text COLLATE "C";
ALTER TABLE tool_executions ADD CONSTRAINT tool_executions_call_id_check
    CHECK (char_length(call_id) BETWEEN 1 AND 255);
ALTER TABLE tool_executions ADD CONSTRAINT tool_executions_message_id_fkey
    FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE SET NULL;
ALTER TABLE tool_executions ADD CONSTRAINT tool_executions_answer_message_id_fkey
    FOREIGN KEY (answer_message_id) REFERENCES messages (id) ON DELETE SET NULL;
ALTER TABLE tool_executions ADD CONSTRAINT tool_executions_child_task_id_fkey
    FOREIGN KEY (child_task_id) REFERENCES tasks (id) ON DELETE SET NULL;
ALTER TABLE tool_executions ADD CONSTRAINT tool_executions_decided_by_check
    CHECK (decided_by IN ('flag', 'heuristic'));

-- Null tokens are unknown. Each count is the provider's own: whether input_tokens holds those of the cache, and
-- output_tokens those of reasoning, differs between providers.
CREATE TABLE model_calls (
    id                 text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    task_id            text COLLATE "C" REFERENCES tasks (id) ON DELETE SET NULL,
    message_id         text COLLATE "C" REFERENCES messages (id) ON DELETE SET NULL,
    agent_id           text COLLATE "C" REFERENCES agents (id) ON DELETE SET NULL,
    model              text COLLATE "C" CHECK (char_length(model) BETWEEN 1 AND 255 AND btrim(model) <> ''),
    provider           text COLLATE "C" CHECK (char_length(provider) BETWEEN 1 AND 255 AND btrim(provider) <> ''),
    input_tokens       bigint           CHECK (input_tokens >= 0),
    output_tokens      bigint           CHECK (output_tokens >= 0),
    cache_read_tokens  bigint           CHECK (cache_read_tokens >= 0),
    cache_write_tokens bigint           CHECK (cache_write_tokens >= 0),
    reasoning_tokens   bigint           CHECK (reasoning_tokens >= 0),
    cost_nanos         bigint           CHECK (cost_nanos >= 0),
    currency           text COLLATE "C" CHECK (char_length(currency) = 3),
    finish_reason      text COLLATE "C" CHECK (char_length(finish_reason) BETWEEN 1 AND 255 AND btrim(finish_reason) <> ''),
    started_at         timestamptz      CHECK (started_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    completed_at       timestamptz      CHECK (completed_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    source_format      text COLLATE "C" CHECK (char_length(source_format) BETWEEN 1 AND 255 AND btrim(source_format) <> ''),
    external_id        text COLLATE "C" CHECK (char_length(external_id) BETWEEN 1 AND 255),
    metadata           jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version            bigint           NOT NULL DEFAULT 1,
    created_at         timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at         timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    UNIQUE (source_format, external_id)
);

CREATE TRIGGER model_calls_touch BEFORE UPDATE ON model_calls
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();

-- source: who or what gave the score, such as a grader's name.
CREATE TABLE scores (
    id          text COLLATE "C" NOT NULL PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    task_id     text COLLATE "C" NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    name        text COLLATE "C" NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255 AND btrim(name) <> ''),
    value_nanos bigint           NOT NULL,
    source      text COLLATE "C" CHECK (char_length(source) BETWEEN 1 AND 255 AND btrim(source) <> ''),
    metadata    jsonb            NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version     bigint           NOT NULL DEFAULT 1,
    created_at  timestamptz      NOT NULL CHECK (created_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z'),
    updated_at  timestamptz      NOT NULL CHECK (updated_at BETWEEN '0001-01-01Z BC' AND '9999-12-31T23:59:59.999999Z')
);

CREATE TRIGGER scores_touch BEFORE UPDATE ON scores
    FOR EACH ROW WHEN (NEW.version = OLD.version) EXECUTE FUNCTION touch();

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
