-- State: what is decided and configured. PostgreSQL SQL; PGlite in the process or a PostgreSQL server.
-- Every table but `workspaces` carries the workspace.

CREATE TABLE workspaces (
  id text PRIMARY KEY,
  name text NOT NULL,
  time_zone text NOT NULL DEFAULT 'UTC',
  created_at timestamptz NOT NULL,
  currency text CHECK (currency ~ '^[A-Z]{3}$') -- ISO 4217; null until it is set or the first orders tell
);

-- Write keys are public by nature (they sit in web pages) and kept readable; of secret keys only the SHA-256 is kept.
CREATE TABLE api_keys (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('write', 'secret')),
  label text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  public_key text,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace);

CREATE TABLE models (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  version integer NOT NULL,
  name text NOT NULL,
  question text NOT NULL,
  model_type text NOT NULL CHECK (model_type IN ('GENERIC', 'CUSTOM')),
  product_category text,
  conversion_event text NOT NULL,
  timeframe_days integer NOT NULL,
  status text NOT NULL CHECK (status IN ('TRAINING', 'ACTIVE', 'DEPRECATED', 'FAILED')),
  rung text,
  learner text,
  settings jsonb NOT NULL,
  signals jsonb NOT NULL,
  performance jsonb,
  lineage jsonb,
  warnings jsonb NOT NULL DEFAULT '[]',
  confidence double precision,
  trained_on timestamptz,
  training_data_size integer,
  artifact_key text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX models_by_workspace ON models (workspace, question, status);

CREATE TABLE segments (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  name text NOT NULL,
  model_id text REFERENCES models(id) ON DELETE SET NULL,
  criteria jsonb NOT NULL,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'PAUSED')),
  refresh_frequency text NOT NULL DEFAULT 'DAILY' CHECK (refresh_frequency IN ('DAILY', 'WEEKLY')),
  size integer,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (workspace, name)
);

-- One row per imported file, so that an interrupted import goes on where it stopped.
CREATE TABLE imports (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  source text NOT NULL,
  format text NOT NULL,
  fingerprint text NOT NULL,
  status text NOT NULL CHECK (status IN ('RUNNING', 'DONE', 'FAILED')),
  rows_read integer NOT NULL DEFAULT 0,
  events integer NOT NULL DEFAULT 0,
  rejected integer NOT NULL DEFAULT 0,
  reasons jsonb NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  ignored_ids integer NOT NULL DEFAULT 0, -- events with an id that stands for nobody
  UNIQUE (workspace, fingerprint, format)
);

-- Small facts about a workspace that are neither configuration nor events, such as how far a stage of the road got.
CREATE TABLE settings (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  name text NOT NULL,
  value jsonb NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace, name)
);
