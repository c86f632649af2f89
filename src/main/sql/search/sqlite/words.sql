-- The words of the texts of a kind, of the rows after one and up to another.
INSERT INTO search_words (rowid, words)
SELECT (SELECT id FROM search_documents AS document
        WHERE document.record_id = texts.record_id AND document.kind = texts.kind
            AND document.position = texts.position), words
FROM search_texts AS texts WHERE kind = ? AND row_id > ? AND row_id <= ?
