-- All that has words.
INSERT INTO search_documents (record_id, kind, position) SELECT record_id, kind, position FROM search_texts
