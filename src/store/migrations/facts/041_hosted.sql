-- Whether an event came from the network of a hosting provider.
ALTER TABLE events ADD COLUMN IF NOT EXISTS hosted UInt8 AFTER bot;
