SELECT id FROM {schema}tool_executions
WHERE {schema}search_words({schema}search_text({schema}search_payload(input, output, error))) @@ cast({match} AS tsquery)
    AND ({phrases} = '' OR {schema}search_has({schema}search_text({schema}search_payload(input, output, error)), {phrases}))
