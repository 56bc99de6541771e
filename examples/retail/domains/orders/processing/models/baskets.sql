-- One row for each basket: a household at one till of one store at one moment.
SELECT
    basket_id,
    MIN(household_id) AS household_id,
    MIN(store_id) AS store_id,
    MIN(week) AS week,
    MIN(purchased_at) AS purchased_at,
    MIN(purchased_on) AS purchased_on,
    COUNT(*) AS line_count,
    CAST(SUM(sales_amount) AS DECIMAL(18, 2)) AS sales_amount,
    CAST(SUM(sales_amount + loyalty_discount + coupon_match_discount) AS DECIMAL(18, 2)) AS list_amount,
    CAST(SUM(loyalty_discount + coupon_discount + coupon_match_discount) AS DECIMAL(18, 2)) AS discount
FROM lines
GROUP BY basket_id
