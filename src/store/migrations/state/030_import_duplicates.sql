-- How many events of an import were there already, under the id that their platform gave them.
ALTER TABLE imports ADD COLUMN duplicates integer NOT NULL DEFAULT 0;
