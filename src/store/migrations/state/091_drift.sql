-- How far the spread of scores and signals has moved since a model learned, at each scoring; the latest are kept.
CREATE TABLE drift_reports (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  model_id text NOT NULL REFERENCES models(id) ON DELETE CASCADE,
  as_of timestamptz NOT NULL,
  report jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (model_id, as_of)
);
