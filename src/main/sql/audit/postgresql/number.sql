-- Numbers behind those that were copied from elsewhere. No writer is under way: making the triggers has waited for all.
SELECT setval(sequence::regclass,
    greatest(nextval(sequence::regclass), (SELECT max(position) FROM {schema}audit_pending)))
FROM pg_get_serial_sequence('{schema_name}.audit_pending', 'position') AS sequence
