-- How many of its 3 indexes there are; none if its functions are older than this, and have fewer separators.
SELECT count(*) * 100 / 3 FROM pg_catalog.pg_index
WHERE EXISTS (SELECT 1 FROM pg_catalog.pg_proc
        WHERE oid = to_regprocedure('{schema}search_patterns(text)') AND strpos(prosrc, '\u3000') > 0)
    AND indisvalid AND indexrelid IN (
    to_regclass('{schema}messages_search'), to_regclass('{schema}message_parts_search'),
    to_regclass('{schema}tool_executions_search'))
