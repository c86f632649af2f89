-- Triggers and rules on the log's own tables.
SELECT 'trigger ' || t.tgname || ' on ' || c.relname FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = '{schema_name}'::pg_catalog.regnamespace AND NOT t.tgisinternal
    AND c.relname IN ('audit_settings', 'audit_pending', 'audit_entries')
UNION ALL
SELECT 'rule ' || r.rulename || ' on ' || c.relname FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = '{schema_name}'::pg_catalog.regnamespace
    AND c.relname IN ('audit_settings', 'audit_pending', 'audit_entries')
ORDER BY 1
