-- The index of db.search(). No migration makes it: a database has it if somebody asked for it.
--
-- The engines agree on what a word is: ASCII letters, in lower case, digits, and every other character that is not a
-- separator. Separators are all other ASCII characters, and the marks that search_texts replaces. FTS5's tokenizer
-- ascii does the rest. A change here is one in search/postgresql/create.sql and in SearchWords.java.

-- What has words: a message, the text of one of its parts, or a call of a tool. The rowids of those tables would
-- not do: VACUUM changes them.
CREATE TABLE search_documents (
    id        INTEGER NOT NULL PRIMARY KEY,
    record_id TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    UNIQUE (record_id, kind, position)
) STRICT;

CREATE VIRTUAL TABLE search_words USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');

-- Of a tool's payload the values, not the names: the shortest first, so that a long output does not push the input out
-- of the first 100,000 characters. No phrase reaches over a ␞.
-- The row_id is for the filling of the index, which is one transaction.
-- Two steps, because older programs that read the file do not parse more than 26 nested calls.
CREATE VIEW search_texts (record_id, kind, position, row_id, words) AS
SELECT record_id, kind, position, row_id,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        words, char(8218), ' '), char(8222), ' '), char(8209), ' '), char(8239), ' '), char(12288), ' '), '《', ' '), '》', ' '),
        '「', ' '), '」', ' '), '（', ' '), '）', ' '), '；', ' ')
FROM (
    SELECT record_id, kind, position, row_id,
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        replace(replace(replace(replace(
            words, char(160), ' '), '«', ' '), '»', ' '), '–', ' '), '—', ' '), '‘', ' '), '’', ' '), '“', ' '), '”', ' '),
            '•', ' '), '…', ' '), '→', ' '), '、', ' '), '。', ' '), '，', ' '), '：', ' '), '！', ' '), '？', ' ') AS words
    FROM (
        SELECT id AS record_id, 'message' AS kind, 0 AS position, rowid AS row_id, substr(content, 1, 100000) AS words
        FROM messages WHERE content <> ''
        UNION ALL
        SELECT message_id, 'part', position, rowid, substr(text, 1, 100000)
        FROM message_parts WHERE kind <> 'reasoning' AND text <> ''
        UNION ALL
        SELECT id, 'tool', 0, rowid, substr((
            SELECT group_concat(value, ' ␞ ') FROM (
                SELECT value FROM (
                    SELECT atom AS value FROM json_tree(tool_executions.input) WHERE type = 'text'
                    UNION ALL
                    SELECT atom FROM json_tree(tool_executions.output) WHERE type = 'text'
                    UNION ALL
                    SELECT tool_executions.error
                ) WHERE value <> '' ORDER BY length(value), value LIMIT 25000)), 1, 100000)
        FROM tool_executions
    )
);

CREATE TRIGGER messages_search_insert AFTER INSERT ON messages WHEN NEW.content <> ''
BEGIN
    INSERT INTO search_documents (record_id, kind, position) VALUES (NEW.id, 'message', 0);
    INSERT INTO search_words (rowid, words)
    SELECT (SELECT id FROM search_documents WHERE record_id = NEW.id AND kind = 'message'), words
    FROM search_texts WHERE record_id = NEW.id AND kind = 'message';
END;

CREATE TRIGGER messages_search_update AFTER UPDATE ON messages
    WHEN OLD.content IS NOT NEW.content OR OLD.id IS NOT NEW.id
BEGIN
    DELETE FROM search_words
    WHERE rowid = (SELECT id FROM search_documents WHERE record_id = OLD.id AND kind = 'message');
    DELETE FROM search_documents WHERE record_id = OLD.id AND kind = 'message';
    INSERT INTO search_documents (record_id, kind, position) SELECT NEW.id, 'message', 0 WHERE NEW.content <> '';
    INSERT INTO search_words (rowid, words)
    SELECT (SELECT id FROM search_documents WHERE record_id = NEW.id AND kind = 'message'), words
    FROM search_texts WHERE record_id = NEW.id AND kind = 'message';
END;

CREATE TRIGGER messages_search_delete AFTER DELETE ON messages WHEN OLD.content <> ''
BEGIN
    DELETE FROM search_words
    WHERE rowid = (SELECT id FROM search_documents WHERE record_id = OLD.id AND kind = 'message');
    DELETE FROM search_documents WHERE record_id = OLD.id AND kind = 'message';
END;

CREATE TRIGGER message_parts_search_insert AFTER INSERT ON message_parts
    WHEN NEW.kind <> 'reasoning' AND NEW.text <> ''
BEGIN
    INSERT INTO search_documents (record_id, kind, position) VALUES (NEW.message_id, 'part', NEW.position);
    INSERT INTO search_words (rowid, words)
    SELECT (SELECT id FROM search_documents
            WHERE record_id = NEW.message_id AND kind = 'part' AND position = NEW.position), words
    FROM search_texts WHERE record_id = NEW.message_id AND kind = 'part' AND position = NEW.position;
END;

CREATE TRIGGER message_parts_search_update AFTER UPDATE ON message_parts
BEGIN
    DELETE FROM search_words WHERE rowid = (SELECT id FROM search_documents
        WHERE record_id = OLD.message_id AND kind = 'part' AND position = OLD.position);
    DELETE FROM search_documents WHERE record_id = OLD.message_id AND kind = 'part' AND position = OLD.position;
    INSERT INTO search_documents (record_id, kind, position)
    SELECT NEW.message_id, 'part', NEW.position WHERE NEW.kind <> 'reasoning' AND NEW.text <> '';
    INSERT INTO search_words (rowid, words)
    SELECT (SELECT id FROM search_documents
            WHERE record_id = NEW.message_id AND kind = 'part' AND position = NEW.position), words
    FROM search_texts WHERE record_id = NEW.message_id AND kind = 'part' AND position = NEW.position;
END;

CREATE TRIGGER message_parts_search_delete AFTER DELETE ON message_parts
BEGIN
    DELETE FROM search_words WHERE rowid = (SELECT id FROM search_documents
        WHERE record_id = OLD.message_id AND kind = 'part' AND position = OLD.position);
    DELETE FROM search_documents WHERE record_id = OLD.message_id AND kind = 'part' AND position = OLD.position;
END;

CREATE TRIGGER tool_executions_search_insert AFTER INSERT ON tool_executions
BEGIN
    INSERT INTO search_documents (record_id, kind, position) VALUES (NEW.id, 'tool', 0);
    INSERT INTO search_words (rowid, words)
    SELECT (SELECT id FROM search_documents WHERE record_id = NEW.id AND kind = 'tool'), words
    FROM search_texts WHERE record_id = NEW.id AND kind = 'tool';
END;

CREATE TRIGGER tool_executions_search_update AFTER UPDATE ON tool_executions
    WHEN OLD.input IS NOT NEW.input OR OLD.output IS NOT NEW.output OR OLD.error IS NOT NEW.error
        OR OLD.id IS NOT NEW.id
BEGIN
    DELETE FROM search_words WHERE rowid = (SELECT id FROM search_documents WHERE record_id = OLD.id AND kind = 'tool');
    DELETE FROM search_documents WHERE record_id = OLD.id AND kind = 'tool';
    INSERT INTO search_documents (record_id, kind, position) VALUES (NEW.id, 'tool', 0);
    INSERT INTO search_words (rowid, words)
    SELECT (SELECT id FROM search_documents WHERE record_id = NEW.id AND kind = 'tool'), words
    FROM search_texts WHERE record_id = NEW.id AND kind = 'tool';
END;

CREATE TRIGGER tool_executions_search_delete AFTER DELETE ON tool_executions
BEGIN
    DELETE FROM search_words WHERE rowid = (SELECT id FROM search_documents WHERE record_id = OLD.id AND kind = 'tool');
    DELETE FROM search_documents WHERE record_id = OLD.id AND kind = 'tool';
END;
