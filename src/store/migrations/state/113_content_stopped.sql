-- A piece of content can be stopped: it is shown to nobody, its counts stay.
ALTER TABLE personalized_content ADD COLUMN stopped_at timestamptz;
