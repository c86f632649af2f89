-- The triggers that fire as they were made, on partitions too: their table, and how the text of their function ends. What
-- differs is left out: a condition, other columns or actions, other rights, one that is disabled or only for replicas.
SELECT c.relname,
    coalesce((SELECT string_agg(E'\n    SET "' || split_part(setting, '=', 1) || '" TO '''
            || substr(setting, strpos(setting, '=') + 1) || '''', '' ORDER BY place)
        FROM unnest(p.proconfig) WITH ORDINALITY AS settings (setting, place) WHERE place > 1), '')
        || ' AS $audit$' || p.prosrc || '$audit$'
FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE c.relnamespace = '{schema_name}'::pg_catalog.regnamespace AND p.pronamespace = c.relnamespace
    -- 25: after the update or delete of each row; 5 and 4: after the insert of each row, or of all rows of a statement;
    -- 32: after the truncate of a table.
    AND (t.tgname, t.tgtype) IN (('modelscan_audit', 25), ('modelscan_audit_insert', 5), ('modelscan_audit_insert', 4),
        ('modelscan_audit_truncate', 32))
    -- A function of the rows of a statement is called for each statement, and another one for each row.
    AND t.tgtype NOT IN (CASE WHEN p.prosrc LIKE '% FROM inserted;%' THEN 5 ELSE 4 END)
    AND t.tgenabled IN ('O', 'A') AND t.tgparentid = 0 AND t.tgqual IS NULL AND cardinality(t.tgattr::int2[]) = 0 AND NOT t.tgdeferrable
    AND l.lanname = 'plpgsql' AND p.prosecdef AND replace(p.proconfig[1], '"', '') = 'search_path=pg_catalog, pg_temp'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree(t.tgrelid) AS part
        JOIN pg_catalog.pg_trigger own ON own.tgrelid = part.relid AND own.tgfoid = t.tgfoid
        WHERE own.tgenabled NOT IN ('O', 'A'))
ORDER BY c.relname, t.tgname
