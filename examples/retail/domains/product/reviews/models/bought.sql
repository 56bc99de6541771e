-- Intermediate: SYNTHETIC. Draws about 1.5 % of the real basket lines as the ones that were reviewed.
-- The generator is seeded arithmetic on the real keys (a congruence, then a square modulo a prime): no clock, no random
-- numbers, so every run on every machine draws the same lines with the same numbers.
WITH drawn AS (
    SELECT
        basket_id,
        product_id,
        household_id,
        purchased_on,
        ((basket_id % 1000003) * 7919 + (product_id % 1000003) * 104729 + 2017) % 1000003 AS first_draw
    FROM lines
    WHERE sales_amount > 0
),

drawn_again AS (
    SELECT
        *,
        (first_draw * first_draw + (product_id % 1000003) * 31 + 12345) % 1000003 AS second_draw
    FROM drawn
)

SELECT
    drawn_again.basket_id,
    drawn_again.product_id,
    drawn_again.household_id,
    drawn_again.purchased_on,
    (drawn_again.second_draw * 48271 + 7) % 1000003 AS opinion,
    (drawn_again.second_draw * 16807 + 11) % 1000003 AS delay,
    (drawn_again.second_draw * 69621 + 13) % 1000003 AS votes,
    -- Some products are better than others: a product's own draw shifts all of its reviews.
    ((drawn_again.product_id % 1000003) * 7919 + 5) % 1000003 % 100 AS product_quality,
    LOWER(COALESCE(products.product_type, products.category, products.department)) AS thing
FROM drawn_again
INNER JOIN products ON products.product_id = drawn_again.product_id
WHERE drawn_again.second_draw < 15000 AND products.is_merchandise
