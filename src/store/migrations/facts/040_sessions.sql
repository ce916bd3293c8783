-- What an ad says of itself in a link, and visits with all that seed 003 asks for.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS term LowCardinality(String) AFTER medium,
    ADD COLUMN IF NOT EXISTS content LowCardinality(String) AFTER term,
    ADD COLUMN IF NOT EXISTS click_id String AFTER content;

ALTER TABLE sessions
    ADD COLUMN IF NOT EXISTS action_counts Map(LowCardinality(String), UInt32) AFTER action_sequence,
    ADD COLUMN IF NOT EXISTS os LowCardinality(String) AFTER browser,
    ADD COLUMN IF NOT EXISTS medium LowCardinality(String) AFTER campaign,
    ADD COLUMN IF NOT EXISTS term LowCardinality(String) AFTER medium,
    ADD COLUMN IF NOT EXISTS content LowCardinality(String) AFTER term,
    ADD COLUMN IF NOT EXISTS click_id String AFTER content,
    ADD COLUMN IF NOT EXISTS referrer String AFTER click_id,
    ADD COLUMN IF NOT EXISTS bot_score UInt8 AFTER referrer,
    ADD COLUMN IF NOT EXISTS bot_reasons Array(LowCardinality(String)) AFTER bot_score;

DROP VIEW IF EXISTS fact_session;

CREATE VIEW fact_session AS
SELECT
    workspace, session_id, profile AS customer_id, toYYYYMMDD(start_time) AS date_key, start_time, end_time,
    duration_seconds, page_count, event_count, converted, conversion_type, conversion_value, conversion_time, bounced,
    avg_seconds_on_page, avg_scroll_depth, total_clicks, entry_page, exit_page, page_sequence, action_sequence,
    action_counts, platform, device_type, browser, os, country, traffic_source, campaign, medium, term, content, click_id,
    referrer, bot_score, bot_reasons
FROM sessions FINAL;
