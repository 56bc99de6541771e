-- One row for each household that answered the loyalty-card survey.
-- Bands stay as the survey has them; their lower ends are numbers, so that people can compare and sort.
SELECT
    household_id,
    age AS age_band,
    income AS income_band,
    CAST(
        CASE income
            WHEN 'Under 15K' THEN 0
            WHEN '15-24K' THEN 15000
            WHEN '25-34K' THEN 25000
            WHEN '35-49K' THEN 35000
            WHEN '50-74K' THEN 50000
            WHEN '75-99K' THEN 75000
            WHEN '100-124K' THEN 100000
            WHEN '125-149K' THEN 125000
            WHEN '150-174K' THEN 150000
            WHEN '175-199K' THEN 175000
            WHEN '200-249K' THEN 200000
            WHEN '250K+' THEN 250000
        END AS INTEGER
    ) AS income_from_usd,
    home_ownership,
    marital_status,
    household_comp AS composition,
    CAST(REPLACE(household_size, '+', '') AS INTEGER) AS persons_at_least,
    CAST(REPLACE(kids_count, '+', '') AS INTEGER) AS children_at_least,
    kids_count <> '0' AS has_children
FROM demographics
