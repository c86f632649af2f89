-- The triggers that there are: their table and their text.
SELECT tbl_name, sql FROM sqlite_schema
WHERE type = 'trigger' AND name LIKE 'modelscan\_audit\_%' ESCAPE '\' ORDER BY name
