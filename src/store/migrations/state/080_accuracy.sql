-- How a model did in life, day by day: see predict/accuracy.ts.
CREATE TABLE accuracy_logs (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  model_id text NOT NULL REFERENCES models(id) ON DELETE CASCADE,
  date date NOT NULL,
  as_of timestamptz NOT NULL,
  known_at timestamptz NOT NULL,
  predictions_count integer NOT NULL,
  conversions_count integer NOT NULL,
  scores jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (model_id, date)
);
