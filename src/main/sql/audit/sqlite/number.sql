-- Numbers follow from the rows.
SELECT 1
