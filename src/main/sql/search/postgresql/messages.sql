SELECT id FROM {schema}messages
WHERE {schema}search_words({schema}search_text(content)) @@ cast({match} AS tsquery)
    AND ({phrases} = '' OR {schema}search_has({schema}search_text(content), {phrases}))
UNION
SELECT message_id FROM {schema}message_parts
WHERE kind <> 'reasoning' AND {schema}search_words({schema}search_text(text)) @@ cast({match} AS tsquery)
    AND ({phrases} = '' OR {schema}search_has({schema}search_text(text), {phrases}))
