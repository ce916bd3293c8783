-- What tracking plans found and what was withheld for want of consent. See schema/facts.sql for what the tables mean.

CREATE TABLE plan_violations
(
    workspace LowCardinality(String),
    at DateTime64(3, 'UTC'),
    plan_version UInt32,
    type LowCardinality(String),
    event String,
    property String,
    problem LowCardinality(String),
    action LowCardinality(String),
    source LowCardinality(String),
    events UInt32,
    detail String,
    sample String,
    message_id String
)
ENGINE = MergeTree
ORDER BY (workspace, at, event)
SETTINGS non_replicated_deduplication_window = 10000; -- shard by cityHash64(event)

CREATE TABLE withheld_events
(
    workspace LowCardinality(String),
    at DateTime64(3, 'UTC'),
    category LowCardinality(String),
    reason LowCardinality(String),
    kept LowCardinality(String),
    event String,
    source LowCardinality(String),
    platform LowCardinality(String),
    page_path String,
    country LowCardinality(String),
    product_ids Array(String),
    currency LowCardinality(String),
    revenue Float64,
    events UInt32
)
ENGINE = MergeTree
ORDER BY (workspace, at, event)
SETTINGS non_replicated_deduplication_window = 10000; -- shard by cityHash64(event)
