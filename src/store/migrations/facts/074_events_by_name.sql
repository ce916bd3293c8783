-- What conditions on events ask most, in the order of the event's name: a rule then reads the few events that it names and
-- not every person's. A part whose rows are deleted goes without it until it is written anew (Facts.tidy): ClickHouse up to
-- 26.8 leaves deleted rows in a projection that it rebuilds (https://github.com/ClickHouse/ClickHouse/issues/111791).
ALTER TABLE events MODIFY SETTING lightweight_mutation_projection_mode = 'drop';

ALTER TABLE events ADD PROJECTION IF NOT EXISTS by_name
  (SELECT workspace, event, node, at, revenue, currency ORDER BY workspace, event, node, at);
