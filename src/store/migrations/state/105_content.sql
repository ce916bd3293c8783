-- What a segment is shown: a piece of content, or one variant of it. Pieces of one segment that share a test are compared
-- with its control.
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
