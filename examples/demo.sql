-- One query over all three domains: who shops how much, orders from home, and what they like.
SELECT
    segment,
    count(*) AS households,
    sum(sales_amount) AS sales,
    round(100.0 * sum(shipments) / sum(baskets), 1) AS ordered_from_home_percent,
    mode(favourite_department) AS favourite_department,
    round(avg(average_rating), 2) AS rating
FROM customer.customer_360
GROUP BY segment
ORDER BY sales DESC
