-- The purpose of a team, as free text.
ALTER TABLE teams ADD COLUMN description text COLLATE "C";
