-- Secrets that have to be read again, encrypted with a key that is in no database (govern/secrets.ts).
CREATE TABLE secrets (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  name text NOT NULL,
  sealed text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace, name)
);
