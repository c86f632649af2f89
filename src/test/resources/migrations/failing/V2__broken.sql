-- The first statements succeed, the last one does not.
CREATE TABLE halfway (id TEXT NOT NULL PRIMARY KEY) STRICT;
DELETE FROM children;

INSERT INTO parents (id)
VALUES ('kept');
