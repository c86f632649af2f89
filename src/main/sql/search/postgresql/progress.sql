-- The table that a process makes an index of, and how many bytes of it are read. A role sees its own processes.
SELECT cast(relid AS bigint), blocks_done * current_setting('block_size')::bigint
FROM pg_catalog.pg_stat_progress_create_index WHERE pid = ?
