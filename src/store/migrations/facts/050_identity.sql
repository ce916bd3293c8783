-- Further identifiers of an event, and why evidence holds.

ALTER TABLE events ADD COLUMN IF NOT EXISTS external_ids Array(String) AFTER previous_id;

ALTER TABLE events ADD COLUMN IF NOT EXISTS sealed String AFTER external_ids;

ALTER TABLE identity_evidence ADD COLUMN IF NOT EXISTS detail String AFTER message_id;

-- One row per identifier, with the person it belongs to and what first linked it.
CREATE OR REPLACE VIEW dim_identity AS
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
