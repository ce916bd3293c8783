-- Champion against challenger: see predict/challenge.ts.
CREATE TABLE challenges (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  champion_id text NOT NULL,
  challenger_id text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('DEPLOYED', 'KEPT', 'ROLLED_BACK', 'BY_HAND')),
  reason text NOT NULL,
  decided_by text NOT NULL,
  holdout jsonb,
  figures jsonb,
  decided_at timestamptz NOT NULL
);
CREATE INDEX challenges_by_workspace ON challenges (workspace, decided_at DESC);
