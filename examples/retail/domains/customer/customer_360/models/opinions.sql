-- Intermediate: SYNTHETIC, as the reviews are: what each household thinks.
SELECT
    household_id,
    COUNT(*) AS reviews,
    CAST(SUM(rating) AS DOUBLE) / COUNT(*) AS average_rating
FROM reviews
GROUP BY household_id
