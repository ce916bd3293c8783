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

-- Counts in the log of accuracy stand for everybody: people who were acted upon are set aside and those who were held
-- back weigh more. [score, people, conversions, expected, squared weights].
ALTER TABLE accuracy_logs ADD COLUMN set_aside integer NOT NULL DEFAULT 0; -- people who were acted upon
ALTER TABLE accuracy_logs ADD COLUMN held_back integer NOT NULL DEFAULT 0; -- people who stand for them
ALTER TABLE accuracy_logs ADD COLUMN unrepresented integer NOT NULL DEFAULT 0; -- set aside with nobody to stand for them
