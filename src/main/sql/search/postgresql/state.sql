-- How many of its 4 parts there are: 3 indexes, and functions that are not older ones, which have fewer separators.
SELECT ((SELECT count(*) FROM pg_catalog.pg_index
        WHERE indisvalid AND indexrelid IN (
            to_regclass('{schema}messages_search'), to_regclass('{schema}message_parts_search'),
            to_regclass('{schema}tool_executions_search')))
    + (SELECT count(*) FROM pg_catalog.pg_proc
        WHERE oid = to_regprocedure('{schema}search_patterns(text)') AND strpos(prosrc, '\u3000') > 0)) * 100 / 4
