-- What each household bought in each month, by the calendar of the stores. A month without a basket has no row.
SELECT
    CAST(DATE_TRUNC('month', purchased_on) AS DATE) AS month,
    household_id,
    COUNT(*) AS baskets,
    COUNT(DISTINCT purchased_on) AS shopping_days,
    COUNT(DISTINCT store_id) AS stores,
    CAST(SUM(sales_amount) AS DECIMAL(18, 2)) AS sales_amount,
    CAST(SUM(discount) AS DECIMAL(18, 2)) AS discount,
    MAX(sales_amount) AS largest_basket
FROM baskets
GROUP BY CAST(DATE_TRUNC('month', purchased_on) AS DATE), household_id
