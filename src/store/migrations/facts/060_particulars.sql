-- What people tell of themselves, under a key, for linkage.
ALTER TABLE events ADD COLUMN IF NOT EXISTS particulars String AFTER sealed;
