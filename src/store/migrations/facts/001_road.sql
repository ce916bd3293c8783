-- The first shape of the facts. See schema/facts.sql for what the tables mean.

-- One row per accepted message. Product lines are parallel arrays. `node` is the identifier the event hangs on.
CREATE TABLE events
(
    workspace LowCardinality(String),
    message_id String,
    type LowCardinality(String),
    event LowCardinality(String),
    name String,
    at DateTime64(3, 'UTC'),
    received_at DateTime64(3, 'UTC'),
    anonymous_id String,
    user_id String,
    email_hash String,
    phone_hash String,
    previous_id String,
    anchor String,
    node UInt64 DEFAULT cityHash64(anchor),
    session_id String,
    source LowCardinality(String),
    platform LowCardinality(String),
    page_url String,
    page_path String,
    page_title String,
    referrer String,
    traffic_source LowCardinality(String),
    campaign LowCardinality(String),
    medium LowCardinality(String),
    device_type LowCardinality(String),
    browser LowCardinality(String),
    os LowCardinality(String),
    screen LowCardinality(String),
    language LowCardinality(String),
    timezone LowCardinality(String),
    country LowCardinality(String),
    city LowCardinality(String),
    order_id String,
    coupon String,
    search_query String,
    currency LowCardinality(String),
    revenue Float64,
    scroll_depth Float32,
    seconds_on_page Float32,
    rating Float32 DEFAULT if(event = 'review', JSONExtractFloat(properties, 'rating'), 0),
    bot UInt8,
    product_ids Array(String),
    categories Array(LowCardinality(String)),
    brands Array(LowCardinality(String)),
    prices Array(Float32),
    quantities Array(Float32),
    properties String,
    traits String,
    context String
)
ENGINE = MergeTree
ORDER BY (workspace, node, at, message_id)
SETTINGS non_replicated_deduplication_window = 10000; -- shard by node

-- Messages that were refused, kept with their reason so that they can be mended and sent again.
CREATE TABLE rejected_events
(
    workspace LowCardinality(String),
    id String,
    at DateTime64(3, 'UTC'),
    source LowCardinality(String),
    code LowCardinality(String),
    reason String,
    field String,
    value String,
    body String
)
ENGINE = MergeTree
ORDER BY (workspace, at, id)
SETTINGS non_replicated_deduplication_window = 10000; -- shard by cityHash64(id)

-- Why two identifiers belong to one person. Append-only: a merge is undone by adding rows, never by deleting any.
CREATE TABLE identity_evidence
(
    workspace LowCardinality(String),
    at DateTime64(3, 'UTC'),
    node_a UInt64,
    node_b UInt64,
    identifier_a String,
    identifier_b String,
    method LowCardinality(String),
    confidence Float32,
    message_id String,
    revoked UInt8,
    recorded_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(recorded_at)
ORDER BY (workspace, node_a, node_b, method, at); -- shard by node_a

-- Which profile an identifier belonged to since when. Only identifiers that are not their own profile have a row.
CREATE TABLE identity_map
(
    workspace LowCardinality(String),
    node UInt64,
    profile UInt64,
    since DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (workspace, node, since); -- shard by node

-- One row per person: who they are in brief, refreshed after identification.
CREATE TABLE profiles
(
    workspace LowCardinality(String),
    profile UInt64,
    version UInt64,
    first_seen DateTime64(3, 'UTC'),
    last_seen DateTime64(3, 'UTC'),
    user_ids Array(String),
    anonymous_ids Array(String),
    email_hashes Array(String),
    phone_hashes Array(String),
    traits String,
    platforms Array(LowCardinality(String)),
    country LowCardinality(String),
    device_type LowCardinality(String),
    events UInt64,
    purchases UInt64,
    revenue Float64,
    bot UInt8
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (workspace, profile); -- shard by profile

-- One row per visit: events of one person with no gap of more than 30 minutes.
CREATE TABLE sessions
(
    workspace LowCardinality(String),
    session_id String,
    profile UInt64,
    version UInt64,
    start_time DateTime64(3, 'UTC'),
    end_time DateTime64(3, 'UTC'),
    duration_seconds UInt32,
    page_count UInt32,
    event_count UInt32,
    converted UInt8,
    conversion_type LowCardinality(String),
    conversion_value Float64,
    conversion_time Nullable(DateTime64(3, 'UTC')),
    bounced UInt8,
    avg_seconds_on_page Float32,
    avg_scroll_depth Float32,
    total_clicks UInt32,
    entry_page String,
    exit_page String,
    page_sequence Array(String),
    action_sequence Array(LowCardinality(String)),
    platform LowCardinality(String),
    device_type LowCardinality(String),
    browser LowCardinality(String),
    country LowCardinality(String),
    traffic_source LowCardinality(String),
    campaign LowCardinality(String)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (workspace, profile, start_time, session_id); -- shard by profile

-- What was known of each person at a moment: one value per signal, in the order of the named signal set, NaN = unknown.
CREATE TABLE features
(
    workspace LowCardinality(String),
    as_of DateTime64(3, 'UTC'),
    profile UInt64,
    signal_set LowCardinality(String),
    values Array(Float32),
    category LowCardinality(String),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (workspace, signal_set, as_of, profile); -- shard by profile

-- What was predicted for each person, with what the prediction rests on.
CREATE TABLE scores
(
    workspace LowCardinality(String),
    model_id LowCardinality(String),
    model_version UInt32,
    as_of DateTime64(3, 'UTC'),
    profile UInt64,
    score UInt8,
    probability Float32,
    segment LowCardinality(String),
    confidence Float32,
    predicted_conversion_date Nullable(Date),
    category LowCardinality(String),
    signals Array(LowCardinality(String)),
    contributions Array(Float32),
    signal_values Array(Float32),
    scored_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(scored_at)
ORDER BY (workspace, model_id, as_of, profile); -- shard by profile

-- What was shown or sent to whom, so that its effect can be measured.
CREATE TABLE exposures
(
    workspace LowCardinality(String),
    id String,
    at DateTime64(3, 'UTC'),
    profile UInt64,
    experiment LowCardinality(String),
    variant LowCardinality(String),
    channel LowCardinality(String),
    content String
)
ENGINE = ReplacingMergeTree
ORDER BY (workspace, experiment, profile, id); -- shard by profile
