-- SYNTHETIC reviews of real purchases; see bought.sql for the seeded generator.
WITH rated AS (
    SELECT
        *,
        CAST(
            CASE
                WHEN opinion % 100 + product_quality < 14 THEN 1
                WHEN opinion % 100 + product_quality < 32 THEN 2
                WHEN opinion % 100 + product_quality < 66 THEN 3
                WHEN opinion % 100 + product_quality < 116 THEN 4
                ELSE 5
            END AS INTEGER
        ) AS rating
    FROM bought
)

SELECT
    CAST(basket_id AS VARCHAR) || '-' || CAST(product_id AS VARCHAR) AS review_id,
    product_id,
    household_id,
    basket_id,
    rating,
    CASE rating
        WHEN 1 THEN 'Never again'
        WHEN 2 THEN 'Not convinced'
        WHEN 3 THEN 'Does its job'
        WHEN 4 THEN 'Good'
        ELSE 'On my list for good'
    END AS title,
    CASE
        WHEN rating <= 2 AND opinion % 2 = 0 THEN 'I expected more of this ' || thing || '.'
        WHEN rating <= 2 THEN 'This ' || thing || ' was stale before its date.'
        WHEN rating = 3 THEN 'An ordinary ' || thing || ', neither good nor bad.'
        WHEN opinion % 2 = 0 THEN 'The best ' || thing || ' for the price.'
        ELSE 'My family asks for this ' || thing || ' by name.'
    END AS body,
    purchased_on + CAST(1 + delay % 21 AS INTEGER) AS written_on,
    CAST(CASE WHEN votes % 10 < 7 THEN 0 ELSE votes % 13 END AS INTEGER) AS helpful_votes
FROM rated
