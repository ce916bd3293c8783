-- What goes on around people: weather, holidays, events, by place and span of time [CBP-1].
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
