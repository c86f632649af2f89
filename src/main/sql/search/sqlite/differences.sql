-- The records that are not in the index, or are there and should not be; and words of nothing.
SELECT record_id FROM (
    SELECT id AS record_id FROM messages WHERE content <> '' AND NOT EXISTS (
        SELECT 1 FROM search_documents AS document JOIN search_words_docsize AS words ON words.id = document.id
        WHERE document.record_id = messages.id AND kind = 'message' AND position = 0)
    UNION
    SELECT message_id FROM message_parts WHERE kind <> 'reasoning' AND text <> '' AND NOT EXISTS (
        SELECT 1 FROM search_documents AS document JOIN search_words_docsize AS words ON words.id = document.id
        WHERE document.record_id = message_parts.message_id AND document.kind = 'part'
            AND document.position = message_parts.position)
    UNION
    SELECT id FROM tool_executions WHERE NOT EXISTS (
        SELECT 1 FROM search_documents AS document JOIN search_words_docsize AS words ON words.id = document.id
        WHERE document.record_id = tool_executions.id AND kind = 'tool' AND position = 0)
    UNION
    SELECT record_id FROM search_documents AS document WHERE NOT CASE document.kind
        WHEN 'message' THEN EXISTS (SELECT 1 FROM messages WHERE id = document.record_id AND content <> '')
        WHEN 'part' THEN EXISTS (SELECT 1 FROM message_parts AS part WHERE part.message_id = document.record_id
            AND part.position = document.position AND part.kind <> 'reasoning' AND part.text <> '')
        ELSE EXISTS (SELECT 1 FROM tool_executions WHERE id = document.record_id) END
    UNION
    SELECT 'words ' || id FROM search_words_docsize WHERE id NOT IN (SELECT id FROM search_documents)
)
ORDER BY 1 LIMIT 1000
