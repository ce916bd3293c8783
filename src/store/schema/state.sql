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

-- Segments by rule. `number` stands for a segment in the facts and is never given twice; an archived segment keeps its rule
-- and its history and has nobody.
CREATE TABLE rule_segments (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  number integer NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  persona_id text,
  strategy text NOT NULL CHECK (strategy IN ('demographic', 'behavioral', 'engagement', 'predictive', 'hybrid')),
  status text NOT NULL CHECK (status IN ('active', 'paused', 'archived')),
  criteria jsonb NOT NULL, -- as it was given: flat criteria or a rule
  rule jsonb NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  by_hand boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  counted_at timestamptz,
  size bigint,
  settled_revision integer NOT NULL DEFAULT 0, -- the revision of the rule that its people were last put together by
  events_since timestamptz, -- since when changes of its members are told as events; null = they are not
  UNIQUE (workspace, number)
);
CREATE UNIQUE INDEX rule_segments_by_name ON rule_segments (workspace, name) WHERE status != 'archived';

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
  duplicates integer NOT NULL DEFAULT 0, -- events that were there already, under their platform's id
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

-- What events a workspace expects (collect/plans). One version is active and one a draft at most; old ones are kept.
-- `revision` counts the changes of a draft, so that nobody writes over the work of another.
CREATE TABLE tracking_plans (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  version integer NOT NULL,
  status text NOT NULL CHECK (status IN ('DRAFT', 'ACTIVE', 'RETIRED')),
  revision integer NOT NULL DEFAULT 1,
  plan jsonb NOT NULL,
  note text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL,
  activated_at timestamptz,
  activated_by text,
  PRIMARY KEY (workspace, version)
);
CREATE UNIQUE INDEX tracking_plans_one_active ON tracking_plans (workspace) WHERE status = 'ACTIVE';
CREATE UNIQUE INDEX tracking_plans_one_draft ON tracking_plans (workspace) WHERE status = 'DRAFT';

-- What a subject allows by category: the newest choice each, with when it was made and whether it was made expressly.
-- A subject is the keyed hash of an identifier (govern/pseudonym.ts), so that it outlives the erasure of the person.
CREATE TABLE consent (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  subject text NOT NULL,
  choices jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace, subject)
);
CREATE INDEX consent_by_change ON consent (workspace, changed_at);

-- Every choice that was ever recorded, append-only: whose (as above), what, when, from where, by whom, under which notice.
CREATE TABLE consent_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  subjects text[] NOT NULL,
  choices jsonb NOT NULL,
  decided_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  origin text NOT NULL,
  recorded_by text NOT NULL,
  notice text NOT NULL DEFAULT ''
);
CREATE INDEX consent_log_by_workspace ON consent_log (workspace, id);
CREATE INDEX consent_log_by_subject ON consent_log USING gin (subjects);
CREATE FUNCTION keep_consent_log() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'the log of consent is append-only'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER consent_log_is_kept BEFORE UPDATE OR DELETE ON consent_log FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION keep_consent_log();
-- How a model did in life: for each day (of the workspace's zone) with a scoring whose timeframe has passed, how many
-- people had each score and how many of them converted, as [score, people, conversions, expected conversions, squared
-- weights]. People who were acted upon are set aside; those who were held back weigh more and stand for them.
CREATE TABLE accuracy_logs (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  model_id text NOT NULL REFERENCES models(id) ON DELETE CASCADE,
  date date NOT NULL,
  as_of timestamptz NOT NULL,
  known_at timestamptz NOT NULL, -- when the last outcome was due
  predictions_count integer NOT NULL,
  conversions_count integer NOT NULL,
  scores jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  set_aside integer NOT NULL DEFAULT 0, -- people who were acted upon
  held_back integer NOT NULL DEFAULT 0, -- people who stand for them
  unrepresented integer NOT NULL DEFAULT 0, -- set aside with nobody to stand for them
  PRIMARY KEY (model_id, date)
);
-- The pepper that addresses and numbers are hashed with, sealed (govern/secrets.ts); '' in workspaces from before there were
-- any. These have a secret of its own for forms of names and homes; for all others the pepper is that, too.
CREATE TABLE identity_secrets (
  workspace text PRIMARY KEY REFERENCES workspaces(id) ON DELETE CASCADE,
  pepper text NOT NULL,
  created_at timestamptz NOT NULL,
  linkage_key text NOT NULL DEFAULT ''
);

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

-- What somebody should know of: since when it is so, until when it was, and where it was told.
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

-- Which model took which other's place, or did not, and why: champion against challenger on people neither had learned
-- from, and changes by hand. Rows are never changed, and outlive the models they name.
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

-- What ads may show: for one product, for a category, or for the brand. An empty category or product stands for any.
CREATE TABLE ad_creatives (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('product', 'category', 'brand')),
  category text NOT NULL DEFAULT '',
  product_id text NOT NULL DEFAULT '',
  content jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace, id)
);

-- Uses of a segment. Everybody in one of its audiences is drawn into an arm by a hash of person and name; the facts
-- (exposures) say who was in which arm since when. `basis` is what the demographic audience was chosen by.
CREATE TABLE activations (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  name text NOT NULL,
  segment_id text NOT NULL,
  model_id text NOT NULL,
  control_share double precision NOT NULL CHECK (control_share >= 0 AND control_share < 1),
  demographic_share double precision NOT NULL CHECK (demographic_share >= 0 AND demographic_share + control_share < 1),
  channel text NOT NULL,
  conversion_event text NOT NULL,
  product_category text,
  window_days integer NOT NULL,
  basis jsonb,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (workspace, name)
);

-- How far the spread of scores and signals has moved since a model learned, at each scoring; the latest are kept.
CREATE TABLE drift_reports (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  model_id text NOT NULL REFERENCES models(id) ON DELETE CASCADE,
  as_of timestamptz NOT NULL,
  report jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (model_id, as_of)
);

-- Secrets that have to be read again, encrypted with a key that is in no database (govern/secrets.ts).
CREATE TABLE secrets (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  name text NOT NULL,
  sealed text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (workspace, name)
);

-- People sent to where a workspace wants them, and how far that got.
CREATE TABLE syncs (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  receiver text NOT NULL CHECK (receiver IN ('crm', 'email', 'audience')),
  segment_id text,
  model_id text NOT NULL,
  url text NOT NULL,
  status text NOT NULL CHECK (status IN ('RUNNING', 'DONE', 'FAILED')),
  as_of timestamptz,
  people integer NOT NULL DEFAULT 0,
  sent integer NOT NULL DEFAULT 0,
  withheld integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  fault text,
  started_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX syncs_by_workspace ON syncs (workspace, started_at DESC);

-- What a segment is shown: a piece of content, or one variant of it. Pieces of one segment that share a test are compared
-- with its control. One that is stopped is shown to nobody; its counts stay.
CREATE TABLE personalized_content (
  id text PRIMARY KEY,
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  segment_id text NOT NULL,
  content_id text NOT NULL,
  variant_id text NOT NULL DEFAULT '',
  test text NOT NULL DEFAULT '',
  is_control boolean NOT NULL DEFAULT false,
  title text NOT NULL DEFAULT '',
  published_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  stopped_at timestamptz,
  UNIQUE (workspace, segment_id, test, content_id, variant_id)
);
CREATE UNIQUE INDEX personalized_content_one_control ON personalized_content (workspace, segment_id, test) WHERE is_control;

-- How often it was seen, engaged with and converted by, by the day of the workspace's zone.
CREATE TABLE personalized_content_days (
  content text NOT NULL REFERENCES personalized_content(id) ON DELETE CASCADE,
  workspace text NOT NULL,
  date date NOT NULL,
  views bigint NOT NULL DEFAULT 0 CHECK (views >= 0),
  engagements bigint NOT NULL DEFAULT 0 CHECK (engagements >= 0 AND engagements <= views),
  conversions bigint NOT NULL DEFAULT 0 CHECK (conversions >= 0 AND conversions <= views),
  PRIMARY KEY (content, date)
);

-- Updates of those counts that came with a key, so that one sent again counts once.
CREATE TABLE personalized_content_updates (
  content text NOT NULL REFERENCES personalized_content(id) ON DELETE CASCADE,
  workspace text NOT NULL,
  key text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (content, key)
);

-- The latest analysis of a segment.
CREATE TABLE segment_analyses (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  segment_id text NOT NULL,
  metrics jsonb NOT NULL,
  analyzed_at timestamptz NOT NULL,
  PRIMARY KEY (workspace, segment_id)
);

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
  created_by text NOT NULL,
  answers jsonb NOT NULL DEFAULT '[]' -- to the latest calls, the newest first
);
CREATE INDEX segment_hooks_by_workspace ON segment_hooks (workspace, created_at);

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
