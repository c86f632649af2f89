SELECT id FROM {schema}tool_executions
WHERE {schema}search_words({schema}search_text({schema}search_payload(input, output, error))) @@ cast({match} AS tsquery)
    AND ({phrases} = '' OR lower(left({schema}search_payload(input, output, error), 100000) COLLATE "C")
        ~ ALL ((SELECT {schema}search_patterns({phrases}))::text[]))
