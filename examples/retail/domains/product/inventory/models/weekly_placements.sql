-- How widely a product was promoted in a week, over all stores. Reads all 20.9 million placements.
SELECT
    product_id,
    CAST(week AS INTEGER) AS week,
    DATE '2016-12-26' + 7 * (CAST(week AS INTEGER) - 1) AS week_starts_on,
    COUNT(*) AS placements,
    COUNT(*) FILTER (WHERE display_location <> '0') AS on_display,
    COUNT(*) FILTER (WHERE display_location IN ('3', '4', '5', '6')) AS on_end_cap,
    COUNT(*) FILTER (WHERE mailer_location <> '0') AS in_mailer,
    COUNT(*) FILTER (WHERE mailer_location IN ('D', 'H', 'Z')) AS in_mailer_front
FROM promotions
GROUP BY product_id, week
