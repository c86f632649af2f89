-- The kinds of texts, and the last row of each.
SELECT 'message', coalesce(max(rowid), 0) FROM messages
UNION ALL
SELECT 'part', coalesce(max(rowid), 0) FROM message_parts
UNION ALL
SELECT 'tool', coalesce(max(rowid), 0) FROM tool_executions
