-- Intermediate: SYNTHETIC. Draws about 30 % of the real baskets as ordered from home, and how they went.
-- Seeded arithmetic on the basket's number: the same on every run, machine and engine.
WITH drawn AS (
    SELECT
        basket_id,
        household_id,
        store_id,
        purchased_at,
        ((basket_id % 1000003) * 7919 + 20170101) % 1000003 AS first_draw
    FROM baskets
),

drawn_again AS (
    SELECT
        *,
        (first_draw * first_draw + 12345) % 1000003 AS second_draw
    FROM drawn
)

SELECT
    basket_id,
    household_id,
    store_id,
    purchased_at AS placed_at,
    CASE WHEN second_draw % 100 < 60 THEN 'delivery' ELSE 'pick-up' END AS channel,
    (second_draw * 48271 + 7) % 1000003 % 100 < 2 AS failed,
    CAST(20 + (second_draw * 16807 + 11) % 1000003 % 70 AS INTEGER) AS minutes_to_pick,
    CAST(15 + (second_draw * 69621 + 13) % 1000003 % 90 AS INTEGER) AS minutes_to_hand_over
FROM drawn_again
WHERE first_draw % 100 < 30
