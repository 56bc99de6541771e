-- One row for each product in a basket. Money is exact decimals from here on.
-- The source's clock is UTC. Its weeks begin on Monday at midnight in New York, to the second and on both sides of the two
-- changes of the clocks, so `purchased_on` is the day there.
SELECT
    basket_id,
    product_id,
    household_id,
    store_id,
    CAST(week AS INTEGER) AS week,
    CAST(transaction_timestamp AS TIMESTAMP) AS purchased_at,
    CAST(
        CASE
            WHEN transaction_timestamp >= TIMESTAMP '2017-03-12 07:00:00' AND transaction_timestamp < TIMESTAMP '2017-11-05 06:00:00'
                THEN transaction_timestamp - INTERVAL '4' HOUR
            ELSE transaction_timestamp - INTERVAL '5' HOUR
        END AS DATE
    ) AS purchased_on,
    quantity,
    CAST(sales_value AS DECIMAL(18, 2)) AS sales_amount,
    CAST(retail_disc AS DECIMAL(18, 2)) AS loyalty_discount,
    CAST(coupon_disc AS DECIMAL(18, 2)) AS coupon_discount,
    CAST(coupon_match_disc AS DECIMAL(18, 2)) AS coupon_match_discount
FROM transactions
