-- How many of its 12 parts there are. A migration that makes a table again takes its triggers away. The view may be an
-- older one, which has fewer separators.
SELECT count(*) * 100 / 12 FROM sqlite_schema
WHERE name IN ('search_texts', 'search_words', 'search_documents',
    'messages_search_insert', 'messages_search_update', 'messages_search_delete',
    'message_parts_search_insert', 'message_parts_search_update', 'message_parts_search_delete',
    'tool_executions_search_insert', 'tool_executions_search_update', 'tool_executions_search_delete')
    AND (name <> 'search_texts' OR instr(sql, 'char(12288)') > 0)
