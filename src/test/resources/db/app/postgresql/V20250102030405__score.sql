ALTER TABLE reviews ADD COLUMN score bigint;
