-- Each household's baskets in order, with what it had spent until then. Two tills may ring in the same second, so the
-- basket's number settles the order.
SELECT
    basket_id,
    household_id,
    purchased_at,
    purchased_on,
    sales_amount,
    discount,
    CAST(ROW_NUMBER() OVER (PARTITION BY household_id ORDER BY purchased_at, basket_id) AS INTEGER) AS purchase_number,
    CAST(
        DATE_DIFF('day', LAG(purchased_on) OVER (PARTITION BY household_id ORDER BY purchased_at, basket_id), purchased_on) AS INTEGER
    ) AS days_since_previous,
    CAST(
        SUM(sales_amount) OVER (
            PARTITION BY household_id ORDER BY purchased_at, basket_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS DECIMAL(18, 2)
    ) AS spent_to_date
FROM baskets
