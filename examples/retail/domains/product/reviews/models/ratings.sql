-- SYNTHETIC: what the reviews of a product add up to.
SELECT
    product_id,
    COUNT(*) AS reviews,
    CAST(SUM(rating) AS DOUBLE) / COUNT(*) AS average_rating,
    COUNT(*) FILTER (WHERE rating = 5) AS five_stars,
    COUNT(*) FILTER (WHERE rating = 1) AS one_star,
    MAX(written_on) AS last_written_on
FROM reviews
GROUP BY product_id
