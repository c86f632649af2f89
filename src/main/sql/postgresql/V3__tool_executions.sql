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
