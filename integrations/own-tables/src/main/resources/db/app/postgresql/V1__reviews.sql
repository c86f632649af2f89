CREATE TABLE reviews (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    task_id text COLLATE "C" NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    verdict text COLLATE "C" NOT NULL CHECK (verdict IN ('good', 'bad')),
    metadata jsonb NOT NULL DEFAULT '{}',
    findings jsonb,
    created_at timestamptz NOT NULL
);

CREATE INDEX reviews_by_task ON reviews (task_id, created_at);
CREATE INDEX reviews_latest ON reviews (created_at DESC, id);
