-- The catalogue: one row a product. Sizes are free text in the source ('16 OZ', '2 QT/.19 OZ', 'LARGE'); where the text is
-- one amount and one unit it is also given as such.
SELECT
    product_id,
    manufacturer_id,
    department,
    product_category AS category,
    product_type,
    brand,
    package_size,
    CAST(NULLIF(REGEXP_EXTRACT(package_size, '^([0-9]{1,4}\.[0-9]{1,3}|[0-9]{1,4}|\.[0-9]{1,3}) *([A-Z]+)$', 1), '') AS DECIMAL(12, 3)) AS package_amount,
    NULLIF(REGEXP_EXTRACT(package_size, '^([0-9]{1,4}\.[0-9]{1,3}|[0-9]{1,4}|\.[0-9]{1,3}) *([A-Z]+)$', 2), '') AS package_unit,
    department NOT IN (
        'CHARITABLE CONT', 'CNTRL/STORE SUP', 'COUPON', 'FUEL', 'GM MERCH EXP', 'MISCELLANEOUS', 'POSTAL CENTER', 'PROD-WHS SALES'
    ) AS is_merchandise
FROM product_list
