-- Intermediate: SYNTHETIC, as the shipments are: how each household was served at home.
SELECT
    household_id,
    COUNT(*) AS shipments,
    COUNT(*) FILTER (WHERE outcome = 'failed') AS failed_shipments
FROM shipments
GROUP BY household_id
