-- How many of its 12 parts there are. A migration that makes a table again takes its triggers away.
SELECT count(*) * 100 / 12 FROM sqlite_schema
WHERE (type = 'trigger' AND name LIKE '%\_search\_%' ESCAPE '\'
        AND tbl_name IN ('messages', 'message_parts', 'tool_executions'))
    OR name IN ('search_texts', 'search_words', 'search_documents')
