-- Agents, teams, tasks and messages.
--
-- The same tables as SQLite's. No name has a schema: the connection's search_path decides where they are, and nothing refers
-- to another schema.
--
-- Conventions of every table:
--   ids         text, chosen by the caller or a UUIDv7 made by the library
--   text        all of it compares by its bytes (COLLATE "C"), as SQLite's does: order and equality are the same on both, and
--               no update of the system's locales can spoil an index
--   *_at        timestamptz in microseconds, of the years 0 to 9999, which SQLite's text can hold; so neither BC nor infinity
--   JSON        jsonb
--   version     rises by one with every update; the library compares it to find lost updates
--   constraints keep the names that PostgreSQL gives them, <table>_<column>_<kind>: errors are told apart by them
-- The *_touch triggers serve writes that do not come through the library: those leave version alone, so the
-- trigger raises it and sets updated_at.

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

-- The Go package's tasks.workflow_id pointed to a table that it never made; V4 adds both.
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
    -- The transaction's own time would not move between two updates of one transaction.
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
