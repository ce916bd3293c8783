-- What the address said to the latest calls, the newest first.
ALTER TABLE segment_hooks ADD COLUMN answers jsonb NOT NULL DEFAULT '[]';
