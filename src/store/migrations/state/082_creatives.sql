-- What ads may show: see decide/creatives.ts.
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
