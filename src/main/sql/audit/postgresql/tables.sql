-- The tables whose changes are recorded, and whether a trigger may have all rows that a statement inserts. A table with
-- partitions, and one of Citus, has only triggers for each row. The other tables are the log's own and the histories of
-- migrations.
SELECT c.relname, c.relkind = 'r' AND coalesce(current_setting('citus.propagate_set_commands', true), '') = '' FROM pg_catalog.pg_class c
WHERE c.relnamespace = '{schema_name}'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT IN ('audit_settings', 'audit_pending', 'audit_entries')
    AND c.relname NOT LIKE 'modelscan\_%schema\_history'
ORDER BY c.relname
