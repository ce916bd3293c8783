-- The pepper that addresses and numbers are hashed with. Workspaces from before have none, so that their hashes stay.
CREATE TABLE identity_secrets (
  workspace text PRIMARY KEY REFERENCES workspaces(id) ON DELETE CASCADE,
  pepper text NOT NULL,
  created_at timestamptz NOT NULL
);
INSERT INTO identity_secrets (workspace, pepper, created_at) SELECT id, '', now() FROM workspaces;

-- What people decided about who is who: who did it, why, and what undoes it.
CREATE TABLE identity_decisions (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('merge', 'split', 'refuse', 'undo', 'rules')),
  actor text NOT NULL,
  reason text NOT NULL,
  detail jsonb NOT NULL,
  at timestamptz NOT NULL,
  undone_by text
);
CREATE INDEX identity_decisions_by_time ON identity_decisions (workspace, at);

-- Pairs that wait for a person to say whether they are one.
CREATE TABLE identity_reviews (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  id text NOT NULL,
  identifier_a text NOT NULL,
  identifier_b text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('match', 'limit')),
  probability double precision NOT NULL,
  explanation jsonb NOT NULL,
  at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'accepted', 'refused')),
  created_at timestamptz NOT NULL,
  decision text,
  PRIMARY KEY (workspace, id)
);
CREATE INDEX identity_reviews_waiting ON identity_reviews (workspace, status, probability, id);
