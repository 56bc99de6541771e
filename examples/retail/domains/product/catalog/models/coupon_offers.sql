-- Which coupon of which campaign is good for which product. The source repeats 4,872 of its rows; here each stands once.
SELECT DISTINCT
    campaign_id,
    coupon_upc,
    product_id
FROM coupons
