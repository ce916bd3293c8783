-- Addresses that hear of who enters and leaves segments, how far each has heard, and what went wrong of late.
CREATE TABLE segment_hooks (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  url text NOT NULL,
  segment_ids jsonb, -- null = all
  heard_until text NOT NULL, -- the id of the last change it heard of
  sent bigint NOT NULL DEFAULT 0,
  withheld bigint NOT NULL DEFAULT 0,
  failures integer NOT NULL DEFAULT 0, -- since the last success
  fault text,
  retry_at timestamptz,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL
);
CREATE INDEX segment_hooks_by_workspace ON segment_hooks (workspace, created_at);
