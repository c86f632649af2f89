SELECT id FROM {schema}messages
WHERE {schema}search_words({schema}search_text(content)) @@ cast({match} AS tsquery)
    AND ({phrases} = '' OR lower(left(content, 100000) COLLATE "C")
        ~ ALL ((SELECT {schema}search_patterns({phrases}))::text[]))
UNION
SELECT message_id FROM {schema}message_parts
WHERE kind <> 'reasoning' AND {schema}search_words({schema}search_text(text)) @@ cast({match} AS tsquery)
    AND ({phrases} = '' OR lower(left(text, 100000) COLLATE "C")
        ~ ALL ((SELECT {schema}search_patterns({phrases}))::text[]))
