-- Writes each change of a table into audit_pending. What was inserted, updated and deleted is JSON made of the columns.
-- SQLite has one writing transaction at a time, so the next position is known here, and a rollback takes it back.
CREATE TRIGGER {insert_trigger} AFTER INSERT ON {table}
BEGIN{fits_inserted}
    INSERT INTO audit_pending (position, occurred_at, actor, table_name, record_key, action, changes)
    VALUES (
        1 + coalesce((SELECT max(position) FROM audit_pending), (SELECT max(position) FROM audit_entries), 0),
        strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), (SELECT actor FROM audit_settings), {name}, {new_key}, 'insert',
        {inserted});
END;

CREATE TRIGGER {update_trigger} AFTER UPDATE ON {table} WHEN {is_changed}
BEGIN{fits_updated}
    INSERT INTO audit_pending (position, occurred_at, actor, table_name, record_key, action, changes)
    VALUES (
        1 + coalesce((SELECT max(position) FROM audit_pending), (SELECT max(position) FROM audit_entries), 0),
        strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), (SELECT actor FROM audit_settings), {name}, {old_key}, 'update',
        {updated});
END;

CREATE TRIGGER {delete_trigger} AFTER DELETE ON {table}
BEGIN{fits_deleted}
    INSERT INTO audit_pending (position, occurred_at, actor, table_name, record_key, action, changes)
    VALUES (
        1 + coalesce((SELECT max(position) FROM audit_pending), (SELECT max(position) FROM audit_entries), 0),
        strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), (SELECT actor FROM audit_settings), {name}, {old_key}, 'delete',
        {deleted});
END;
