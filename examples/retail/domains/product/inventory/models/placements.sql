-- Every promoted product in every store and week, in full grain: where it stood and where the mailer showed it.
-- The letters and digits are decoded as the data set's own dictionary explains them.
SELECT
    CAST(week AS INTEGER) AS week,
    product_id,
    store_id,
    CASE display_location
        WHEN '0' THEN 'none'
        WHEN '1' THEN 'store front'
        WHEN '2' THEN 'store rear'
        WHEN '3' THEN 'front end cap'
        WHEN '4' THEN 'mid-aisle end cap'
        WHEN '5' THEN 'rear end cap'
        WHEN '6' THEN 'side-aisle end cap'
        WHEN '7' THEN 'in-aisle'
        WHEN '9' THEN 'secondary location'
        WHEN 'A' THEN 'in-shelf'
    END AS display,
    CASE mailer_location
        WHEN '0' THEN 'none'
        WHEN 'A' THEN 'interior page feature'
        WHEN 'C' THEN 'interior page line item'
        WHEN 'D' THEN 'front page feature'
        WHEN 'F' THEN 'back page feature'
        WHEN 'H' THEN 'wrap front feature'
        WHEN 'J' THEN 'wrap interior coupon'
        WHEN 'L' THEN 'wrap back feature'
        WHEN 'P' THEN 'interior page coupon'
        WHEN 'X' THEN 'free on interior page'
        WHEN 'Z' THEN 'free on front, back or wrap'
    END AS mailer
FROM promotions
