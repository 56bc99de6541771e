-- Intermediate: how many households received each campaign.
SELECT
    campaign_id,
    COUNT(*) AS households_reached
FROM campaigns_received
GROUP BY campaign_id
