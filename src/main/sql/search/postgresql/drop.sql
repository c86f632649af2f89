DROP INDEX IF EXISTS {schema}messages_search;
DROP INDEX IF EXISTS {schema}message_parts_search;
DROP INDEX IF EXISTS {schema}tool_executions_search;
DROP FUNCTION IF EXISTS {schema}search_has(text, text);
DROP FUNCTION IF EXISTS {schema}search_patterns(text);
DROP FUNCTION IF EXISTS {schema}search_words(text);
DROP FUNCTION IF EXISTS {schema}search_payload(jsonb, jsonb, text);
DROP FUNCTION IF EXISTS {schema}search_text(text);
