SELECT record_id FROM search_documents
WHERE id IN (SELECT rowid FROM search_words WHERE search_words MATCH {match}) AND kind = 'tool'
