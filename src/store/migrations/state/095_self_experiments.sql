-- What the service tries on itself: signal sets and thresholds against those in use: see predict/selfExperiments.ts.
CREATE TABLE self_experiments (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  model_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('signals', 'threshold')),
  present text NOT NULL,
  winner text,
  reason text NOT NULL,
  holdout jsonb NOT NULL,
  variants jsonb NOT NULL,
  decided_by text NOT NULL,
  decided_at timestamptz NOT NULL
);
CREATE INDEX self_experiments_by_workspace ON self_experiments (workspace, decided_at DESC);
