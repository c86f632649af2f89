CREATE TABLE reviews (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    verdict TEXT NOT NULL CHECK (verdict IN ('good', 'bad')),
    metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    findings TEXT CHECK (json_valid(findings)),
    created_at TEXT NOT NULL
) STRICT;

CREATE INDEX reviews_by_task ON reviews (task_id, created_at);
CREATE INDEX reviews_latest ON reviews (created_at DESC, id);
