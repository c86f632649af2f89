-- Triggers on the log's own tables.
SELECT 'trigger ' || name || ' on ' || tbl_name FROM sqlite_schema
WHERE type = 'trigger' AND lower(tbl_name) IN ('audit_settings', 'audit_pending', 'audit_entries') ORDER BY 1
