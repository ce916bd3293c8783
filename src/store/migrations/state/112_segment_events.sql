-- Since when changes of a segment's members are told as events; null = they are not.
ALTER TABLE rule_segments ADD COLUMN events_since timestamptz;
