-- Intermediate: what each household buys, and its fifth by spend (1 is the highest).
WITH totals AS (
    SELECT
        household_id,
        COUNT(*) AS baskets,
        CAST(SUM(sales_amount) AS DECIMAL(18, 2)) AS sales_amount,
        CAST(SUM(discount) AS DECIMAL(18, 2)) AS discount,
        MIN(purchased_on) AS first_purchase_on,
        MAX(purchased_on) AS last_purchase_on
    FROM purchases
    GROUP BY household_id
)

SELECT
    *,
    CAST(DATE_DIFF('day', last_purchase_on, MAX(last_purchase_on) OVER ()) AS INTEGER) AS days_since_last,
    CAST(NTILE(5) OVER (ORDER BY sales_amount DESC, household_id) AS INTEGER) AS spend_fifth
FROM totals
