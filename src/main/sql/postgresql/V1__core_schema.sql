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
