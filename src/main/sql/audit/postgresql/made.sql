-- The triggers that there are and fire: their table and the text of their function.
SELECT c.relname, p.prosrc FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = '{schema_name}'::pg_catalog.regnamespace AND t.tgname LIKE 'modelscan\_audit%'
    AND t.tgenabled <> 'D' AND t.tgparentid = 0
ORDER BY c.relname, t.tgname
