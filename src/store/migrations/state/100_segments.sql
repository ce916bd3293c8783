-- Segments by rule. `number` stands for a segment in the facts and is never given twice; an archived segment keeps its rule
-- and its history and has nobody.
CREATE TABLE rule_segments (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  number integer NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  persona_id text,
  strategy text NOT NULL CHECK (strategy IN ('demographic', 'behavioral', 'engagement', 'predictive', 'hybrid')),
  status text NOT NULL CHECK (status IN ('active', 'paused', 'archived')),
  criteria jsonb NOT NULL, -- as it was given: flat criteria or a rule
  rule jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  by_hand boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  counted_at timestamptz,
  size bigint,
  settled_revision integer NOT NULL DEFAULT 0, -- the revision of the rule that its people were last put together by
  UNIQUE (workspace, number)
);
CREATE UNIQUE INDEX rule_segments_by_name ON rule_segments (workspace, name) WHERE status != 'archived';
