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
