-- Intermediate: what marketing sent to each household and got back.
SELECT
    household_id,
    COUNT(*) FILTER (WHERE interaction = 'campaign received') AS campaigns_received,
    COUNT(*) FILTER (WHERE interaction = 'coupon redeemed') AS coupons_redeemed
FROM interactions
GROUP BY household_id
