-- Writes each change of a table into audit_pending. What was inserted, updated and deleted is JSON made of the columns.
-- Whoever may write to the table needs no rights on the log, so the function has those of its owner. The actor is a
-- setting of the transaction, which no pooler passes on. A column may have the name of the variable, too.
CREATE FUNCTION {schema}{function}() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path TO pg_catalog, pg_temp{settings} AS $audit$
#variable_conflict use_variable
DECLARE
    who text := nullif(left(current_setting('modelscan.actor', true), 255), '');
BEGIN
    IF TG_OP = 'INSERT' THEN{fits_inserted}
        INSERT INTO {schema}audit_pending (occurred_at, actor, table_name, record_key, action, changes)
        {rows_from}clock_timestamp(), who, {name}, {new_key}, 'insert', {inserted}{rows_end};
    ELSIF TG_OP = 'DELETE' THEN{fits_deleted}
        INSERT INTO {schema}audit_pending (occurred_at, actor, table_name, record_key, action, changes)
        VALUES (clock_timestamp(), who, {name}, {old_key}, 'delete', {deleted});
    ELSIF TG_OP = 'TRUNCATE' THEN
        INSERT INTO {schema}audit_pending (occurred_at, actor, table_name, record_key, action, changes)
        VALUES (clock_timestamp(), who, {name}, NULL, 'truncate', '{}');
    ELSIF {is_changed} THEN{fits_updated}
        INSERT INTO {schema}audit_pending (occurred_at, actor, table_name, record_key, action, changes)
        VALUES (clock_timestamp(), who, {name}, {old_key}, 'update', {updated});
    END IF;
    RETURN NULL;
END;
$audit$;

CREATE TRIGGER modelscan_audit AFTER UPDATE OR DELETE ON {schema}{table}
    FOR EACH ROW EXECUTE FUNCTION {schema}{function}();

CREATE TRIGGER modelscan_audit_insert AFTER INSERT ON {schema}{table}
    {insert_level} EXECUTE FUNCTION {schema}{function}();

CREATE TRIGGER modelscan_audit_truncate AFTER TRUNCATE ON {schema}{table}
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}{function}();
