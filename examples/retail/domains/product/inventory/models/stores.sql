-- The stores that promote at all, and how much.
SELECT
    store_id,
    CAST(MIN(week) AS INTEGER) AS first_week,
    CAST(MAX(week) AS INTEGER) AS last_week,
    COUNT(*) AS placements
FROM promotions
GROUP BY store_id
