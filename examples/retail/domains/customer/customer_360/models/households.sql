-- One row for each household that ever bought, with all that the three domains know of it.
-- Only 801 of them answered the survey; 1,575 were ever part of a campaign. What is not known is null, what did not
-- happen is 0.
SELECT
    buying.household_id,
    profiles.household_id IS NOT NULL AS has_profile,
    profiles.age_band,
    profiles.income_band,
    profiles.has_children,
    buying.baskets,
    buying.sales_amount,
    buying.discount,
    buying.first_purchase_on,
    buying.last_purchase_on,
    buying.days_since_last,
    buying.spend_fifth,
    CASE
        WHEN buying.days_since_last > 90 THEN 'lost'
        WHEN buying.days_since_last > 30 THEN 'at risk'
        WHEN buying.spend_fifth = 1 THEN 'champion'
        WHEN buying.spend_fifth <= 3 THEN 'regular'
        ELSE 'occasional'
    END AS segment,
    preferences.favourite_department,
    preferences.favourite_category,
    preferences.private_brand_share,
    COALESCE(marketing.campaigns_received, 0) AS campaigns_received,
    COALESCE(marketing.coupons_redeemed, 0) AS coupons_redeemed,
    COALESCE(service.shipments, 0) AS shipments,
    COALESCE(service.failed_shipments, 0) AS failed_shipments,
    COALESCE(opinions.reviews, 0) AS reviews,
    opinions.average_rating
FROM buying
LEFT JOIN profiles ON profiles.household_id = buying.household_id
LEFT JOIN preferences ON preferences.household_id = buying.household_id
LEFT JOIN marketing ON marketing.household_id = buying.household_id
LEFT JOIN service ON service.household_id = buying.household_id
LEFT JOIN opinions ON opinions.household_id = buying.household_id
