-- Every contact of marketing with a household: a campaign that it received, a coupon that it brought back.
-- The source does not say when a mailing reached a household, so a receipt counts from the campaign's first day.
SELECT
    'received-' || CAST(received.campaign_id AS VARCHAR) || '-' || CAST(received.household_id AS VARCHAR) AS interaction_id,
    received.household_id,
    received.campaign_id,
    described.campaign_type,
    'campaign received' AS interaction,
    CAST(NULL AS BIGINT) AS coupon_upc,
    CAST(described.start_date AS DATE) AS occurred_on
FROM campaigns_received AS received
INNER JOIN campaign_descriptions AS described ON described.campaign_id = received.campaign_id

UNION ALL

SELECT
    'redeemed-' || CAST(redeemed.campaign_id AS VARCHAR) || '-' || CAST(redeemed.household_id AS VARCHAR)
    || '-' || CAST(redeemed.coupon_upc AS VARCHAR) || '-' || CAST(CAST(redeemed.redemption_date AS DATE) AS VARCHAR) AS interaction_id,
    redeemed.household_id,
    redeemed.campaign_id,
    described.campaign_type,
    'coupon redeemed' AS interaction,
    redeemed.coupon_upc,
    CAST(redeemed.redemption_date AS DATE) AS occurred_on
FROM coupon_redemptions AS redeemed
INNER JOIN campaign_descriptions AS described ON described.campaign_id = redeemed.campaign_id
