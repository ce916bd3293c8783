-- Which granules hold events of late: a night asks for those that came since the last one, and old parts need not be looked at.
ALTER TABLE events ADD INDEX IF NOT EXISTS moments (at, received_at) TYPE minmax GRANULARITY 1;

ALTER TABLE events MATERIALIZE INDEX moments SETTINGS mutations_sync = 0;
