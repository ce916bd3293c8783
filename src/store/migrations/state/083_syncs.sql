-- People sent to where a workspace wants them, and how far that got.
CREATE TABLE syncs (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  receiver text NOT NULL CHECK (receiver IN ('crm', 'email', 'audience')),
  segment_id text,
  model_id text NOT NULL,
  url text NOT NULL,
  status text NOT NULL CHECK (status IN ('RUNNING', 'DONE', 'FAILED')),
  as_of timestamptz,
  people integer NOT NULL DEFAULT 0,
  sent integer NOT NULL DEFAULT 0,
  withheld integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  fault text,
  started_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX syncs_by_workspace ON syncs (workspace, started_at DESC);
