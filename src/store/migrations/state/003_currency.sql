-- ISO 4217 code of the money that is summed; null until it is set or the first orders tell.
ALTER TABLE workspaces ADD COLUMN currency text CHECK (currency ~ '^[A-Z]{3}$');
