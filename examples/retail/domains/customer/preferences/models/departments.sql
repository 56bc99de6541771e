-- Each household's five departments by spend, the dearest first; equal spend goes by name so that the order is stable.
WITH by_department AS (
    SELECT
        household_id,
        department,
        CAST(SUM(spend) AS DECIMAL(18, 2)) AS spend
    FROM spend
    GROUP BY household_id, department
),

ranked AS (
    SELECT
        *,
        CAST(ROW_NUMBER() OVER (PARTITION BY household_id ORDER BY spend DESC, department) AS INTEGER) AS rank,
        CAST(spend AS DOUBLE) / CAST(SUM(spend) OVER (PARTITION BY household_id) AS DOUBLE) AS share
    FROM by_department
)

SELECT
    household_id,
    rank,
    department,
    spend,
    share
FROM ranked
WHERE rank <= 5
