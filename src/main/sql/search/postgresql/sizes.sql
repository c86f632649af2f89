-- The tables in the order in which create indexes them, their bytes, and the server's process.
SELECT cast(id AS bigint), pg_relation_size(id), pg_backend_pid()
FROM unnest(ARRAY[to_regclass('{schema}messages'), to_regclass('{schema}message_parts'), to_regclass('{schema}tool_executions')])
    WITH ORDINALITY AS tables (id, number) ORDER BY number
