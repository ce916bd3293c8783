-- What somebody should know of, since when, and where it was told.
CREATE TABLE alerts (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  name text NOT NULL,
  raised_at timestamptz NOT NULL,
  since timestamptz NOT NULL,
  resolved_at timestamptz,
  message text NOT NULL,
  hint text NOT NULL,
  told jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (workspace, name, raised_at)
);
