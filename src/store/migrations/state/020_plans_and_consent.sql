-- Tracking plans, and what people allow. See schema/state.sql for what the tables mean.
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

CREATE TABLE consent (
  workspace text NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE,
  subject text NOT NULL,
  choices jsonb NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace, subject)
);
CREATE INDEX consent_by_change ON consent (workspace, changed_at);

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
