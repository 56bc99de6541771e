-- Intermediate: SYNTHETIC. Draws about 30 % of the real baskets as ordered from home, and how they went.
-- Seeded arithmetic on the basket's number: the same on every run, machine and engine. Times are steps of a few fixed lengths,
-- because every engine adds a constant interval alike.
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
    WHERE first_draw % 100 < 30
),

paced AS (
    SELECT
        basket_id,
        household_id,
        store_id,
        purchased_at,
        second_draw,
        CASE (second_draw * 16807 + 11) % 1000003 % 4 WHEN 0 THEN 20 WHEN 1 THEN 35 WHEN 2 THEN 50 ELSE 80 END AS minutes_to_pick,
        CASE (second_draw * 69621 + 13) % 1000003 % 4 WHEN 0 THEN 15 WHEN 1 THEN 30 WHEN 2 THEN 55 ELSE 90 END AS minutes_to_hand_over
    FROM drawn_again
),

picked AS (
    SELECT
        *,
        CASE minutes_to_pick
            WHEN 20 THEN purchased_at + INTERVAL '20' MINUTE
            WHEN 35 THEN purchased_at + INTERVAL '35' MINUTE
            WHEN 50 THEN purchased_at + INTERVAL '50' MINUTE
            ELSE purchased_at + INTERVAL '80' MINUTE
        END AS picked_at
    FROM paced
)

SELECT
    basket_id,
    household_id,
    store_id,
    purchased_at AS placed_at,
    picked_at,
    CASE minutes_to_hand_over
        WHEN 15 THEN picked_at + INTERVAL '15' MINUTE
        WHEN 30 THEN picked_at + INTERVAL '30' MINUTE
        WHEN 55 THEN picked_at + INTERVAL '55' MINUTE
        ELSE picked_at + INTERVAL '90' MINUTE
    END AS ended_at,
    minutes_to_pick + minutes_to_hand_over AS minutes_taken,
    CASE WHEN second_draw % 100 < 60 THEN 'delivery' ELSE 'pick-up' END AS channel,
    (second_draw * 48271 + 7) % 1000003 % 100 < 2 AS failed
FROM picked
