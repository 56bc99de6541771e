-- The departments of the stores and the size of their range.
SELECT
    department,
    BOOL_AND(is_merchandise) AS is_merchandise,
    COUNT(*) AS products,
    COUNT(*) FILTER (WHERE brand = 'Private') AS private_products,
    COUNT(DISTINCT manufacturer_id) AS manufacturers,
    COUNT(DISTINCT category) AS categories
FROM products
GROUP BY department
