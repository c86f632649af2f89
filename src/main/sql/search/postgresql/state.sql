-- How many of its 3 indexes there are.
SELECT count(*) * 100 / 3 FROM pg_catalog.pg_index
WHERE indisvalid AND indexrelid IN (
    to_regclass('{schema}messages_search'), to_regclass('{schema}message_parts_search'),
    to_regclass('{schema}tool_executions_search'))
