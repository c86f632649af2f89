-- What a team is for, in its maker's words.
ALTER TABLE teams ADD COLUMN description text COLLATE "C";
