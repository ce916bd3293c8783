-- Peppers are sealed under a key that is in no database; those in the clear are sealed when the service starts. A workspace
-- from before peppers gets a secret of its own for forms of names and homes (govern/personal.ts).
ALTER TABLE identity_secrets ADD COLUMN linkage_key text NOT NULL DEFAULT '';
