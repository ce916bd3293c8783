-- Facts: what happened, who it was, what we knew, what we predicted. ClickHouse SQL; the embedded engine, a server
-- and a cluster all get these tables. On a cluster every table becomes NAME_local on each node and NAME a
-- Distributed table over them, spread by the expression behind "shard by".
-- The first column of every table is the workspace. A profile's id is the node of its oldest identifier.

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
    external_ids Array(String),
    sealed String,
    particulars String,
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
    term LowCardinality(String),
    content LowCardinality(String),
    click_id String,
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
    hosted UInt8,
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
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1, lightweight_mutation_projection_mode = 'drop'; -- shard by node

-- Events that are bookkeeping and nothing that anybody did: who entered and left a segment, where the segment says so.
-- Apart from `events`, so that whatever reasons about what people do cannot mistake them for it; one that comes twice
-- replaces itself.
CREATE TABLE membership_events AS events
ENGINE = ReplacingMergeTree
ORDER BY (workspace, node, at, message_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1; -- shard by node

-- What conditions on events ask most, in the order of the event's name.
ALTER TABLE events ADD PROJECTION by_name
  (SELECT workspace, event, node, at, revenue, currency ORDER BY workspace, event, node, at);

-- Which granules hold events of late.
ALTER TABLE events ADD INDEX moments (at, received_at) TYPE minmax GRANULARITY 1;

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
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1; -- shard by cityHash64(id)

-- What a tracking plan found wrong with what arrived, summed over the messages of a delivery, with a sample freed of
-- personal data. Messages that it blocked stand in rejected_events as well.
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

-- What was not stored for want of consent: counts, and where the policy says so events without anything of a person, by
-- the hour. `kept` is nothing (no name of the event), count or anonymous.
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

-- Why two identifiers belong to one person. Append-only: a merge is undone by adding rows, never by deleting any.
CREATE TABLE identity_evidence
(
    workspace LowCardinality(String),
    at DateTime64(3, 'UTC'),
    node_a UInt64,
    node_b UInt64,
    identifier_a String,
    identifier_b String,
    type_a LowCardinality(String) DEFAULT if(startsWith(identifier_a, 'x:'), splitByChar(':', identifier_a)[2], transform(substring(identifier_a, 1, 1), ['u', 'a', 'e', 'p', 'd'], ['user', 'anonymous', 'email', 'phone', 'device'], 'custom')),
    type_b LowCardinality(String) DEFAULT if(startsWith(identifier_b, 'x:'), splitByChar(':', identifier_b)[2], transform(substring(identifier_b, 1, 1), ['u', 'a', 'e', 'p', 'd'], ['user', 'anonymous', 'email', 'phone', 'device'], 'custom')),
    method LowCardinality(String),
    confidence Float32,
    message_id String,
    detail String,
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

-- One row per visit, cut by the rule of the workspace (identify/sessions/rule.ts).
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
    action_counts Map(LowCardinality(String), UInt32),
    platform LowCardinality(String),
    device_type LowCardinality(String),
    browser LowCardinality(String),
    os LowCardinality(String),
    country LowCardinality(String),
    traffic_source LowCardinality(String),
    campaign LowCardinality(String),
    medium LowCardinality(String),
    term LowCardinality(String),
    content LowCardinality(String),
    click_id String,
    referrer String,
    bot_score UInt8,
    bot_reasons Array(LowCardinality(String))
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

-- What everybody did with each product, as of the midnight before the last night: beside the pasts that are kept, so that
-- their signals are worked out page by page without counting all purchases each time (features/products.ts).
CREATE TABLE product_figures
(
    workspace LowCardinality(String),
    version UInt64,
    product Int64, -- cityHash64 of its id
    popularity Float64,
    trend Float64,
    return_rate Float64
)
ENGINE = MergeTree
ORDER BY (workspace, version, product); -- shard by product

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

-- What was shown or sent to whom, and to whom it was not, so that its effect can be measured. An activation has one row
-- per person of its audiences: variant is the arm, experiment and id the activation.
CREATE TABLE exposures
(
    workspace LowCardinality(String),
    id String,
    at DateTime64(3, 'UTC'),
    profile UInt64,
    experiment LowCardinality(String),
    variant LowCardinality(String),
    channel LowCardinality(String),
    content String,
    audiences Array(LowCardinality(String)), -- of the activation, to which the person belonged
    chance Float32 DEFAULT 1, -- that the person was acted upon
    acted UInt8 DEFAULT 1
)
ENGINE = ReplacingMergeTree
ORDER BY (workspace, experiment, profile, id); -- shard by profile

-- What goes on around people: weather, holidays, events, by place and span of time [CBP-1]. `places` are the names under
-- which an event may carry the place, in lower case: "de", "germany", "de|berlin".
CREATE TABLE surroundings
(
    workspace LowCardinality(String),
    kind LowCardinality(String),
    country LowCardinality(String),
    city String,
    places Array(String),
    starts DateTime64(3, 'UTC'),
    ends DateTime64(3, 'UTC'),
    name String,
    values Map(LowCardinality(String), Float64),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (workspace, kind, country, city, starts, name); -- shard by cityHash64(country, city)

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

-- The star schema that analysts query [WH-1]: dimensions, facts, features and scores as views over the tables above.
-- customer_id is the profile as known today; days are UTC. Features stand for the first moment of reference_date.

-- Every event with its person.
CREATE VIEW fact_event AS
SELECT
    e.workspace AS workspace, e.message_id AS event_id, if(m.profile = 0, e.node, m.profile) AS customer_id,
    e.node AS identity_id, toYYYYMMDD(e.at) AS date_key, e.at AS event_datetime, e.event AS event_type, e.name AS event_name,
    e.platform AS platform, e.source AS source, e.device_type AS device_type, e.browser AS browser, e.os AS os,
    e.country AS country, e.page_path AS page_path, e.traffic_source AS traffic_source, e.medium AS medium,
    e.campaign AS campaign, e.search_query AS search_query, e.order_id AS order_id, e.coupon AS coupon,
    e.currency AS currency, e.revenue AS revenue, e.scroll_depth AS scroll_depth, e.seconds_on_page AS seconds_on_page,
    e.rating AS rating, e.product_ids AS product_ids, e.categories AS categories, e.brands AS brands, e.prices AS prices,
    e.quantities AS quantities, e.bot AS is_bot
FROM events AS e
LEFT JOIN
(
    SELECT workspace, node, argMax(profile, (since, version)) AS profile FROM identity_map GROUP BY workspace, node
) AS m ON e.workspace = m.workspace AND e.node = m.node;

-- One row per product line of a purchase or refund; an order without lines has one row. The lines of an order sum up to
-- its revenue: what is neither in prices nor in quantities (discount, shipping) is shared out by their value.
CREATE VIEW fact_transaction AS
SELECT
    workspace, transaction_id, line_number, transaction_type, customer_id, date_key, transaction_datetime, platform,
    product_id, category, brand, price, quantity, if(transaction_type = 'refund', -1, 1) * revenue * share AS total_value,
    if(transaction_type = 'refund', -1, 1) * revenue AS order_value, coupon, currency
FROM
(
    SELECT
        workspace, if(order_id != '', order_id, event_id) AS transaction_id, toString(event_type) AS transaction_type,
        customer_id, date_key, event_datetime AS transaction_datetime, platform, revenue, coupon, currency,
        greatest(length(product_ids), 1) AS line_count,
        arrayEnumerate(arrayResize(product_ids, line_count)) AS line_numbers,
        arrayResize(product_ids, line_count) AS line_products,
        arrayResize(arrayMap(x -> toString(x), categories), line_count) AS line_categories,
        arrayResize(arrayMap(x -> toString(x), brands), line_count) AS line_brands,
        arrayResize(prices, line_count) AS line_prices,
        arrayResize(quantities, line_count) AS line_quantities,
        arrayMap((p, q) -> if(p > 0 AND q > 0, toFloat64(p) * q, 0), line_prices, line_quantities) AS line_values,
        arrayMap(v -> if(arraySum(line_values) > 0, v / arraySum(line_values), 1 / line_count), line_values) AS line_shares
    FROM fact_event
    WHERE event_type IN ('purchase', 'refund')
)
ARRAY JOIN
    line_numbers AS line_number, line_products AS product_id, line_categories AS category, line_brands AS brand,
    line_prices AS price, line_quantities AS quantity, line_shares AS share;

-- One row per visit.
CREATE VIEW fact_session AS
SELECT
    workspace, session_id, profile AS customer_id, toYYYYMMDD(start_time) AS date_key, start_time, end_time,
    duration_seconds, page_count, event_count, converted, conversion_type, conversion_value, conversion_time, bounced,
    avg_seconds_on_page, avg_scroll_depth, total_clicks, entry_page, exit_page, page_sequence, action_sequence,
    action_counts, platform, device_type, browser, os, country, traffic_source, campaign, medium, term, content, click_id,
    referrer, bot_score, bot_reasons
FROM sessions FINAL;

-- What was shown or sent to whom, and to whom it was not.
CREATE VIEW fact_exposure AS
SELECT
    workspace, id AS exposure_id, profile AS customer_id, toYYYYMMDD(at) AS date_key, at AS exposure_datetime, experiment,
    variant, channel, content, audiences, chance, acted
FROM exposures FINAL;

-- One row per person; profile_id is the id that the API speaks.
CREATE VIEW dim_customer AS
SELECT
    workspace, profile AS customer_id, leftPad(lower(hex(profile)), 16, '0') AS profile_id, first_seen, last_seen, user_ids,
    platforms, length(platforms) AS total_platforms_used, country, device_type, events AS total_events,
    purchases AS total_purchases, revenue AS total_revenue, bot AS is_bot
FROM profiles FINAL;

-- One row per identifier, with the person it belongs to and what first linked it.
CREATE VIEW dim_identity AS
SELECT
    i.workspace AS workspace, i.node AS identity_id, if(m.profile = 0, i.node, m.profile) AS customer_id,
    i.identifier_type AS identifier_type, i.identifier AS identifier, i.platforms AS platforms, i.first_seen AS first_seen,
    i.last_seen AS last_seen, i.mapping_method AS mapping_method, i.mapping_confidence AS mapping_confidence
FROM
(
    SELECT
        workspace, node, if(startsWith(any(anchor), 'x:'), substring(any(anchor), position(any(anchor), ':', 3) + 1), substring(any(anchor), 3)) AS identifier,
        if(startsWith(any(anchor), 'x:'), splitByChar(':', any(anchor))[2], transform(substring(any(anchor), 1, 1),
            ['u', 'a', 'e', 'p', 'd'], ['user_id', 'anonymous_id', 'email_hash', 'phone_hash', 'device'], ''))
            AS identifier_type,
        arraySort(groupUniqArrayIf(platform, platform != '')) AS platforms, min(seen_at) AS first_seen, max(seen_at) AS last_seen,
        argMinIf(method, seen_at, method != '') AS mapping_method,
        argMinIf(confidence, seen_at, method != '') AS mapping_confidence
    FROM
    (
        SELECT workspace, node, anchor, toString(platform) AS platform, at AS seen_at, '' AS method, toFloat32(0) AS confidence
        FROM events
        UNION ALL
        SELECT workspace, node_a, identifier_a, '', at, toString(method), confidence FROM identity_evidence
        WHERE NOT revoked AND method != 'apart'
        UNION ALL
        SELECT workspace, node_b, identifier_b, '', at, toString(method), confidence FROM identity_evidence
        WHERE NOT revoked AND method NOT IN ('alias', 'apart')
    )
    GROUP BY workspace, node
) AS i
LEFT JOIN
(
    SELECT workspace, node, argMax(profile, (since, version)) AS profile FROM identity_map GROUP BY workspace, node
) AS m ON i.workspace = m.workspace AND i.node = m.node;

-- One row per product, as last seen.
CREATE VIEW dim_product AS
SELECT
    workspace, product_id, argMaxIf(category, at, category != '') AS category, argMaxIf(brand, at, brand != '') AS brand,
    argMaxIf(price, at, price > 0) AS last_price, min(at) AS first_seen, max(at) AS last_seen,
    countIf(event = 'product_view') AS views, countIf(event = 'add_to_cart') AS cart_adds,
    countIf(event = 'purchase') AS purchases, sumIf(quantity, event = 'purchase') AS units_sold
FROM
(
    SELECT
        workspace, toString(event) AS event, at, product_ids,
        arrayResize(arrayMap(x -> toString(x), categories), length(product_ids)) AS line_categories,
        arrayResize(arrayMap(x -> toString(x), brands), length(product_ids)) AS line_brands,
        arrayResize(prices, length(product_ids)) AS line_prices,
        arrayResize(quantities, length(product_ids)) AS line_quantities
    FROM events
    WHERE notEmpty(product_ids)
)
ARRAY JOIN
    product_ids AS product_id, line_categories AS category, line_brands AS brand, line_prices AS price,
    line_quantities AS quantity
GROUP BY workspace, product_id;

-- One row per product category.
CREATE VIEW dim_category AS
SELECT
    workspace, category, uniqExact(product_id) AS products, countIf(event = 'product_view') AS views,
    countIf(event = 'add_to_cart') AS cart_adds, countIf(event = 'purchase') AS purchases,
    uniqExactIf(customer_id, event = 'purchase') AS buyers, min(at) AS first_seen, max(at) AS last_seen
FROM
(
    SELECT
        workspace, customer_id, toString(event_type) AS event, event_datetime AS at,
        arrayMap(x -> toString(x), categories) AS line_categories, arrayResize(product_ids, length(categories)) AS line_products
    FROM fact_event
    WHERE notEmpty(categories)
)
ARRAY JOIN line_categories AS category, line_products AS product_id
WHERE category != ''
GROUP BY workspace, category;

-- One row per platform: web, app, shop and so on.
CREATE VIEW dim_platform AS
SELECT
    workspace, platform, count() AS events, uniqExact(customer_id) AS customers, countIf(event_type = 'purchase') AS purchases,
    sumIf(revenue, event_type = 'purchase') AS revenue, min(event_datetime) AS first_seen, max(event_datetime) AS last_seen
FROM fact_event
GROUP BY workspace, platform;

-- Every day from the first event of a workspace to the day after its last.
CREATE VIEW dim_date AS
SELECT
    workspace, toYYYYMMDD(date) AS date_key, date, toYear(date) AS year, toQuarter(date) AS quarter, toMonth(date) AS month,
    toDayOfMonth(date) AS day_of_month, toISOWeek(date) AS iso_week, toDayOfWeek(date) AS day_of_week,
    toDayOfWeek(date) > 5 AS is_weekend
FROM
(
    SELECT workspace, arrayJoin(arrayMap(d -> toDate(first_day) + d, range(toUInt64(last_day - first_day) + 2))) AS date
    FROM (SELECT workspace, toDate(min(at)) AS first_day, toDate(max(at)) AS last_day FROM events GROUP BY workspace)
);

-- Recency, frequency and monetary value of every buyer on every day [WH-5], by platform and over all ('all'). Ask for one
-- reference_date. The score is 100 x (0.4 x 2^(-recency / 30) + 0.3 x f / (f + 1) + 0.3 x m / (m + mean order value)).
CREATE VIEW feat_customer_rfm AS
SELECT
    workspace, customer_id, platform, reference_date, recency_days, frequency_30d, monetary_30d,
    100 * (0.4 * exp2(-recency_days / 30) + 0.3 * frequency_30d / (frequency_30d + 1)
        + 0.3 * if(monetary_30d > 0, monetary_30d / (monetary_30d + mean_order_value), 0)) AS rfm_score
FROM
(
    SELECT
        p.workspace AS workspace, p.customer_id AS customer_id, p.platform AS platform, d.date AS reference_date,
        arrayFilter(o -> o.1 < d.midnight, p.orders) AS known, (d.midnight - known[-1].1) / 86400000 AS recency_days,
        arrayFilter(o -> o.1 >= d.midnight - 30 * 86400000, known) AS recent, length(recent) AS frequency_30d,
        arraySum(recent.2) AS monetary_30d, arrayAvg(known.2) AS mean_order_value
    FROM
    (
        SELECT workspace, customer_id, platform, arraySort(groupArray((toUnixTimestamp64Milli(event_datetime), revenue))) AS orders
        FROM
        (
            SELECT workspace, customer_id, arrayJoin([toString(platform), 'all']) AS platform, event_datetime, revenue
            FROM fact_event
            WHERE event_type = 'purchase'
        )
        GROUP BY workspace, customer_id, platform
    ) AS p
    INNER JOIN (SELECT workspace, date, toInt64(toUnixTimestamp(toDateTime(date, 'UTC'))) * 1000 AS midnight FROM dim_date) AS d
        ON p.workspace = d.workspace
    WHERE p.orders[1].1 < d.midnight
);

-- How much every buyer leans to each category on every day [WH-6]: 0.4 x share of purchased lines + 0.3 x share of
-- spending + 0.3 x recency, which halves every 30 days. Ask for one reference_date.
CREATE VIEW feat_category_affinity AS
SELECT
    workspace, customer_id, reference_date, category,
    arrayCount(l -> l.2 = category, known) / length(known) AS frequency_share,
    if(arraySum(known.3) > 0, arraySum(l -> if(l.2 = category, l.3, 0), known) / arraySum(known.3), 0) AS spend_share,
    exp2(-(midnight - arrayMax(l -> if(l.2 = category, l.1, 0), known)) / 86400000 / 30) AS recency,
    0.4 * frequency_share + 0.3 * spend_share + 0.3 * recency AS affinity_score
FROM
(
    SELECT
        p.workspace AS workspace, p.customer_id AS customer_id, d.date AS reference_date, d.midnight AS midnight,
        arrayFilter(l -> l.1 < d.midnight, p.lines) AS known, arrayJoin(arraySort(arrayDistinct(known.2))) AS category
    FROM
    (
        SELECT
            workspace, customer_id,
            groupArrayArray(arrayFilter(l -> l.2 != '', arrayMap(
                (c, p, q) -> (toUnixTimestamp64Milli(event_datetime), toString(c), if(p > 0 AND q > 0, toFloat64(p) * q, 0)),
                categories, arrayResize(prices, length(categories)), arrayResize(quantities, length(categories))))) AS lines
        FROM fact_event
        WHERE event_type = 'purchase'
        GROUP BY workspace, customer_id
    ) AS p
    INNER JOIN (SELECT workspace, date, toInt64(toUnixTimestamp(toDateTime(date, 'UTC'))) * 1000 AS midnight FROM dim_date) AS d
        ON p.workspace = d.workspace
);

-- Every score ever given.
CREATE VIEW intent_score AS
SELECT
    workspace, model_id, model_version, as_of, toYYYYMMDD(as_of) AS date_key, profile AS customer_id, score, probability,
    segment AS intent_level, confidence, predicted_conversion_date, category AS predicted_category, signals, contributions,
    signal_values, scored_at
FROM scores FINAL;
