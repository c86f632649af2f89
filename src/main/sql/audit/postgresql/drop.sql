-- The statements that remove the triggers, with their functions.
SELECT 'DROP FUNCTION ' || p.oid::pg_catalog.regprocedure || ' CASCADE' FROM pg_catalog.pg_proc p
WHERE p.pronamespace = '{schema_name}'::pg_catalog.regnamespace AND p.proname LIKE 'modelscan\_audit\_%'
ORDER BY p.proname
