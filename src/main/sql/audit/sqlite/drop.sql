-- The statements that remove the triggers.
SELECT 'DROP TRIGGER "' || replace(name, '"', '""') || '"' FROM sqlite_schema
WHERE type = 'trigger' AND name LIKE 'modelscan\_audit\_%' ESCAPE '\' ORDER BY name
