-- One row for each campaign, with what it reached and what came back.
SELECT
    described.campaign_id,
    described.campaign_type,
    CAST(described.start_date AS DATE) AS starts_on,
    CAST(described.end_date AS DATE) AS ends_on,
    CAST(DATE_DIFF('day', CAST(described.start_date AS DATE), CAST(described.end_date AS DATE)) + 1 AS INTEGER) AS days,
    COALESCE(reached.households_reached, 0) AS households_reached,
    COALESCE(redeemed.households_redeeming, 0) AS households_redeeming,
    COALESCE(redeemed.coupons_redeemed, 0) AS coupons_redeemed
FROM campaign_descriptions AS described
LEFT JOIN reached ON reached.campaign_id = described.campaign_id
LEFT JOIN redeemed ON redeemed.campaign_id = described.campaign_id
