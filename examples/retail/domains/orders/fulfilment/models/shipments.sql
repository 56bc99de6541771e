-- SYNTHETIC: one row for each basket that was ordered from home; see ordered_out.sql for the seeded generator.
SELECT
    basket_id,
    household_id,
    store_id,
    channel,
    placed_at,
    ended_at,
    CAST(minutes_taken AS INTEGER) AS minutes_taken,
    CASE
        WHEN failed THEN 'failed'
        WHEN channel = 'delivery' THEN 'delivered'
        ELSE 'collected'
    END AS outcome
FROM ordered_out
