-- The tables whose changes are recorded; a trigger has one row. The index of search is made of them, and the others are
-- the log's own and the histories of migrations.
SELECT name, FALSE FROM pragma_table_list
WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND name NOT IN ('audit_settings', 'audit_pending', 'audit_entries', 'search_documents')
    AND name NOT LIKE 'modelscan\_%schema\_history' ESCAPE '\'
ORDER BY name
