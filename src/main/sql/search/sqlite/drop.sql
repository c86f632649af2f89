DROP TRIGGER IF EXISTS messages_search_insert;
DROP TRIGGER IF EXISTS messages_search_update;
DROP TRIGGER IF EXISTS messages_search_delete;
DROP TRIGGER IF EXISTS message_parts_search_insert;
DROP TRIGGER IF EXISTS message_parts_search_update;
DROP TRIGGER IF EXISTS message_parts_search_delete;
DROP TRIGGER IF EXISTS tool_executions_search_insert;
DROP TRIGGER IF EXISTS tool_executions_search_update;
DROP TRIGGER IF EXISTS tool_executions_search_delete;
DROP VIEW IF EXISTS search_texts;
-- SQLite cannot drop an index of words without this table of its own: it may have been lost.
CREATE TABLE IF NOT EXISTS search_words_config (k PRIMARY KEY, v) WITHOUT ROWID;
INSERT OR IGNORE INTO search_words_config VALUES ('version', 4);
DROP TABLE IF EXISTS search_words;
DROP TABLE IF EXISTS search_words_config;
DROP TABLE IF EXISTS search_documents;
