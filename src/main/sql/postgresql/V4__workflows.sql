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
