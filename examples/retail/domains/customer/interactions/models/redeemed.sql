-- Intermediate: what came back of each campaign. One campaign was never answered and has no row here.
SELECT
    campaign_id,
    COUNT(*) AS coupons_redeemed,
    COUNT(DISTINCT household_id) AS households_redeeming
FROM coupon_redemptions
GROUP BY campaign_id
