-- Three numbers that are equal if the index can be whole: of texts, of documents, and of documents with words.
SELECT (SELECT count(*) FROM messages WHERE content <> '')
        + (SELECT count(*) FROM message_parts WHERE kind <> 'reasoning' AND text <> '')
        + (SELECT count(*) FROM tool_executions),
    (SELECT count(*) FROM search_documents),
    (SELECT count(*) FROM search_words_docsize)
