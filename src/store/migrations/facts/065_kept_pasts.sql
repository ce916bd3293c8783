-- What the signals of a person are worked out from, kept from one night to the next (features/past.ts): lists of integers
-- (moments, hashes), numbers and texts in the order of the kept set. members tells which identifiers it was made from.
CREATE TABLE kept_pasts
(
    workspace LowCardinality(String),
    kept_set LowCardinality(String),
    profile UInt64,
    integers Array(Array(Int64)),
    numbers Array(Array(Float64)),
    texts Array(Array(String)),
    members UInt64,
    standing UInt8, -- 0 nobody, 1 a person, 2 part of another
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (workspace, kept_set, profile); -- shard by profile
