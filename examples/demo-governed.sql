-- Asked by merchandising for its yearly review: what was bought where it may see, the day of a purchase it may not, and no household.
SELECT
    store_id,
    count(*) AS lines,
    sum(quantity) AS quantity,
    sum(sales_amount) AS sales,
    max(purchased_on) AS last_purchase
FROM orders.processing.lines
GROUP BY store_id
ORDER BY sales DESC
LIMIT 5
