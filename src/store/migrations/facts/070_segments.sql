-- Who is in which segments by rule: one row per person with the numbers of the segments, counted up with each change. It
-- follows segment_changes, which is written first; what a crash kept from it is made good from there.
CREATE TABLE segment_people
(
    workspace LowCardinality(String),
    profile UInt64,
    segments Array(UInt32),
    revision UInt32,
    changed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (workspace, profile)
SETTINGS index_granularity = 1024; -- shard by profile

-- Each change of somebody's segments, append-only, with why: what turned true or false, and the event behind it.
CREATE TABLE segment_changes
(
    workspace LowCardinality(String),
    profile UInt64,
    revision UInt32,
    at DateTime64(3, 'UTC'),
    entered Array(UInt32),
    gone Array(UInt32), -- segments they left
    segments Array(UInt32), -- after it
    cause LowCardinality(String),
    message_id String,
    event LowCardinality(String),
    event_at DateTime64(3, 'UTC'),
    reasons Map(UInt32, Array(String)) -- by segment, in words
)
ENGINE = ReplacingMergeTree
ORDER BY (workspace, profile, revision)
SETTINGS index_granularity = 1024; -- shard by profile

-- Who was put in or left out of a segment by hand, by the profile they were known under then.
CREATE TABLE segment_hand
(
    workspace LowCardinality(String),
    segment_id LowCardinality(String),
    node UInt64,
    verdict LowCardinality(String), -- include, exclude, '' = neither any more
    confidence Float32,
    reason String,
    by String,
    at DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (workspace, segment_id, node); -- shard by node

-- How many were in a segment when everybody was looked at, for its history.
CREATE TABLE segment_sizes
(
    workspace LowCardinality(String),
    segment UInt32,
    at DateTime64(3, 'UTC'),
    size UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (workspace, segment, at); -- shard by cityHash64(segment)
