-- Events that are bookkeeping and nothing that anybody did: who entered and left a segment, where the segment says so.
-- Apart from `events`, so that whatever reasons about what people do cannot mistake them for it; one that comes twice
-- replaces itself.
CREATE TABLE membership_events AS events
ENGINE = ReplacingMergeTree
ORDER BY (workspace, node, at, message_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1,
  min_rows_to_fsync_after_merge = 1; -- shard by node
