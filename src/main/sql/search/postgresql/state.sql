-- How many of its 3 indexes there are; none if its functions are older than this.
SELECT CASE WHEN to_regprocedure('{schema}search_patterns(text)') IS NULL THEN 0 ELSE count(*) * 100 / 3 END FROM pg_catalog.pg_index
WHERE indisvalid AND indexrelid IN (
    to_regclass('{schema}messages_search'), to_regclass('{schema}message_parts_search'),
    to_regclass('{schema}tool_executions_search'))
