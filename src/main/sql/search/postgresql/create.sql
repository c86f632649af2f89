-- The index of db.search(). No migration makes it: a schema has it if somebody asked for it. Indexes of expressions
-- need no triggers, and are never out of step.
--
-- The engines agree on what a word is: see search/sqlite/create.sql. array_to_tsvector keeps no places of words, so
-- a phrase is looked for in the text of the rows that have its words. All functions call only functions of the server,
-- so no search_path changes their meaning.

SET LOCAL statement_timeout = 0;

-- The words of a text, with one space around each.
CREATE FUNCTION {schema}search_text(content text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
BEGIN
    RETURN ' ' || regexp_replace(lower(left(content, 100000) COLLATE "C"),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f\u00a0\u00ab\u00bb\u2013\u2014\u2018\u2019\u201c\u201d'
            '\u2022\u2026\u2192\u3001\u3002\uff0c\uff1a\uff01\uff1f'
            '\u201a\u201e\u2011\u202f\u3000\u300a\u300b\u300c\u300d\uff08\uff09\uff1b]+', ' ', 'g') || ' ';
END;
$$;

-- Of a tool's payload the values, not the names, the shortest first; more than 25,000 do not fit. No phrase reaches
-- over a ␞.
CREATE FUNCTION {schema}search_payload(input jsonb, output jsonb, error text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
BEGIN
    RETURN (SELECT string_agg(value, ' ␞ ' ORDER BY char_length(value), value) FROM (
        SELECT value FROM (
            SELECT (each #>> '{}') COLLATE "C" AS value
            FROM jsonb_path_query(input, 'strict $.** ? (@.type() == "string")') AS each
            UNION ALL
            SELECT (each #>> '{}') COLLATE "C"
            FROM jsonb_path_query(output, 'strict $.** ? (@.type() == "string")') AS each
            UNION ALL
            SELECT error COLLATE "C"
        ) AS texts WHERE value <> '' ORDER BY char_length(value), value LIMIT 25000) AS shortest);
END;
$$;

-- A lexeme has at most 2,046 bytes. No query has a word of 255 characters.
CREATE FUNCTION {schema}search_words(words text) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
BEGIN
    RETURN array_to_tsvector(ARRAY(
        SELECT left(word, 255) FROM unnest(string_to_array(words, ' ')) AS word WHERE word <> ''));
END;
$$;

-- Patterns of phrases, which are separated by bars: what search_text makes a space is the start, the end, or any of the same
-- characters. No word has a character that means something in a pattern. A text is matched as it is, since to match it
-- after search_text took five times as long.
CREATE FUNCTION {schema}search_patterns(phrases text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(SELECT replace(phrase, ' ',
        '(^|[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007f\u00a0\u00ab\u00bb\u2013\u2014\u2018\u2019\u201c\u201d'
            '\u2022\u2026\u2192\u3001\u3002\uff0c\uff1a\uff01\uff1f'
            '\u201a\u201e\u2011\u202f\u3000\u300a\u300b\u300c\u300d\uff08\uff09\uff1b]+|$)')
        FROM unnest(string_to_array(phrases, '|')) AS phrase);
END;
$$;

CREATE INDEX messages_search ON {schema}messages
    USING gin ({schema}search_words({schema}search_text(content)));
CREATE INDEX message_parts_search ON {schema}message_parts
    USING gin ({schema}search_words({schema}search_text(text))) WHERE kind <> 'reasoning';
CREATE INDEX tool_executions_search ON {schema}tool_executions
    USING gin ({schema}search_words({schema}search_text({schema}search_payload(input, output, error))));
