-- How many events of an import came with an id that stands for nobody, which was left out.
ALTER TABLE imports ADD COLUMN ignored_ids integer NOT NULL DEFAULT 0;
