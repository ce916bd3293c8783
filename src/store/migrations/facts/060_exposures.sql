-- Which audiences a person belonged to, how likely they were to be acted upon, and whether they were.

ALTER TABLE exposures ADD COLUMN IF NOT EXISTS audiences Array(LowCardinality(String)) AFTER content;

ALTER TABLE exposures ADD COLUMN IF NOT EXISTS chance Float32 DEFAULT 1 AFTER audiences;

ALTER TABLE exposures ADD COLUMN IF NOT EXISTS acted UInt8 DEFAULT 1 AFTER chance;

-- What was shown or sent to whom, and to whom it was not.
CREATE OR REPLACE VIEW fact_exposure AS
SELECT
    workspace, id AS exposure_id, profile AS customer_id, toYYYYMMDD(at) AS date_key, at AS exposure_datetime, experiment,
    variant, channel, content, audiences, chance, acted
FROM exposures FINAL;
