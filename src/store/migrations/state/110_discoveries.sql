-- Runs of discovery: groups found in how people shop, with their rules; the latest are kept, and nobody's group is in them.
CREATE TABLE discoveries (
  id uuid PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  status text NOT NULL,
  progress double precision NOT NULL,
  as_of timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  heard_at timestamptz NOT NULL,
  finished_at timestamptz,
  failure text,
  result jsonb
);
CREATE INDEX discoveries_by_workspace ON discoveries (workspace, started_at);
