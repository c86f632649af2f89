CREATE TABLE reviews (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    task_id text COLLATE "C" NOT NULL REFERENCES tasks (id)
);
