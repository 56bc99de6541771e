-- Intermediate: what each household spent on which category, at the counter and after discounts.
-- Seventeen products are sold but not in the catalogue; what was spent on them cannot speak for a preference.
SELECT
    lines.household_id,
    products.department,
    COALESCE(products.category, 'UNNAMED') AS category,
    products.brand,
    CAST(SUM(lines.sales_amount) AS DECIMAL(18, 2)) AS spend
FROM lines
INNER JOIN products ON products.product_id = lines.product_id
WHERE products.is_merchandise
GROUP BY ALL
HAVING SUM(lines.sales_amount) > 0
