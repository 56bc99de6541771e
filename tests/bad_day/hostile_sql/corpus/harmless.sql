-- answered
SELECT 1

-- answered
SELECT 1 + 1 AS two, 'x' || 'y' AS xy, NULL IS NULL AS yes

-- answered
VALUES (1, 'a'), (2, 'b')

-- answered
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, t) WHERE n > 1

-- answered
SELECT region, count(*) AS n, avg(cost)::DECIMAL(10, 2) AS mean FROM clinic.patients GROUP BY region HAVING count(*) > 0 ORDER BY n DESC

-- answered
SELECT patient_id, visits FROM clinic.patients WHERE visits BETWEEN 1 AND 10 AND region IN ('north', 'east') ORDER BY patient_id LIMIT 5 OFFSET 1

-- answered
SELECT DISTINCT region FROM clinic.patients

-- answered
SELECT count(DISTINCT patient_id), count(*) FILTER (WHERE visits > 3) FROM clinic.patients

-- answered
SELECT a.patient_id, b.visits FROM clinic.patients a LEFT JOIN clinic.patients b ON a.patient_id = b.patient_id + 1

-- answered
SELECT patient_id FROM clinic.patients a WHERE visits > (SELECT avg(visits) FROM clinic.patients b WHERE b.region = a.region)

-- answered
SELECT patient_id FROM clinic.patients a WHERE EXISTS (SELECT 1 FROM clinic.patients b WHERE b.patient_id = a.patient_id + 1)

-- answered
SELECT patient_id FROM clinic.patients WHERE patient_id NOT IN (SELECT patient_id FROM clinic.patients WHERE visits > 5)

-- answered
SELECT patient_id, row_number() OVER (PARTITION BY region ORDER BY visits DESC, patient_id) AS place FROM clinic.patients QUALIFY place <= 3

-- answered
SELECT patient_id, sum(cost) OVER (ORDER BY patient_id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM clinic.patients

-- answered
SELECT patient_id, lag(visits) OVER w, lead(visits, 2, 0) OVER w FROM clinic.patients WINDOW w AS (ORDER BY patient_id)

-- answered
SELECT region, quantile_cont(cost, 0.5), median(visits), stddev(cost) FROM clinic.patients GROUP BY ALL ORDER BY ALL

-- answered
SELECT date_trunc('year', born), count(*) FROM clinic.patients GROUP BY 1 ORDER BY 1

-- answered
SELECT extract(year FROM born), born + INTERVAL 1 DAY, date_diff('day', born, DATE '2026-01-01') FROM clinic.patients

-- answered
SELECT upper(region), substr(region, 1, 2), replace(region, 'n', 'm'), trim(region), length(region), region ILIKE 'N%' FROM clinic.patients

-- answered
SELECT regexp_matches(region, '^n'), regexp_replace(region, 'o', '0', 'g'), split_part(region, 'o', 1) FROM clinic.patients

-- answered
SELECT CASE WHEN visits > 5 THEN 'often' WHEN visits > 2 THEN 'sometimes' ELSE 'seldom' END AS how, count(*) FROM clinic.patients GROUP BY how

-- answered
SELECT coalesce(diagnosis, 'none'), nullif(region, 'north'), greatest(visits, 3), ifnull(diagnosis, '-') FROM clinic.patients

-- answered
SELECT list(patient_id ORDER BY patient_id), array_agg(DISTINCT region), string_agg(region, ',' ORDER BY region) FROM clinic.patients

-- answered
SELECT unnest([1, 2, 3]) AS n

-- answered
SELECT * FROM unnest([1, 2, 3]) AS t(n)

-- answered
SELECT * FROM range(10) AS r(n)

-- answered
SELECT n FROM generate_series(1, 5) AS g(n)

-- answered
SELECT patient_id, tag FROM clinic.patients, unnest(tags) AS u(tag) ORDER BY ALL

-- answered
SELECT list_transform(tags, lambda x: upper(x)), list_filter(tags, lambda x: x <> 'a'), len(tags), tags[1] FROM clinic.patients

-- answered
SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1]

-- answered
SELECT address.city, address['city'] FROM clinic.patients

-- answered
SELECT {'a': 1, 'b': 'x'}.b, map {'k': 1}['k'], struct_pack(x := 1).x

-- answered
SELECT region, visits, grouping(region) FROM clinic.patients GROUP BY GROUPING SETS ((region), (visits), ())

-- answered
SELECT region, visits, count(*) FROM clinic.patients GROUP BY CUBE (region, visits)

-- answered
SELECT region FROM clinic.patients UNION SELECT 'west' UNION ALL SELECT 'west' ORDER BY 1

-- answered
SELECT region FROM clinic.patients INTERSECT SELECT 'north'

-- answered
SELECT patient_id FROM clinic.patients EXCEPT ALL SELECT 1

-- answered
SELECT 1 AS a, 2 AS b UNION BY NAME SELECT 3 AS b, 4 AS a

-- answered
WITH p AS (SELECT * FROM clinic.patients), q AS (SELECT region, count(*) AS n FROM p GROUP BY region) SELECT p.patient_id, q.n FROM p JOIN q USING (region)

-- answered
WITH RECURSIVE days AS (SELECT DATE '2026-01-01' AS d UNION ALL SELECT d + 1 FROM days WHERE d < DATE '2026-01-05') SELECT d::DATE FROM days

-- answered
SELECT a.patient_id, x.m FROM clinic.patients a, LATERAL (SELECT max(visits) AS m FROM clinic.patients b WHERE b.region = a.region) x

-- answered
SELECT * FROM clinic.patients a SEMI JOIN clinic.patients b ON a.patient_id = b.visits

-- answered
SELECT a.patient_id FROM clinic.patients a ASOF JOIN clinic.patients b ON a.visits >= b.visits

-- answered
SELECT * FROM clinic.patients USING SAMPLE 3 ROWS

-- answered
SELECT approx_count_distinct(region), arg_max(region, visits), min_by(region, visits), bool_and(visits > 0), corr(visits, cost) FROM clinic.patients

-- answered
SELECT current_date > DATE '2020-01-01', now() IS NOT NULL, current_timestamp IS NOT NULL

-- answered
SELECT patients.region, clinic.patients.visits FROM clinic.patients

-- answered
SELECT p.region FROM clinic.patients.patients_v1 AS p

-- answered
SELECT * FROM clinic.patients AT (VERSION => 1)

-- answered
SELECT DISTINCT ON (region) region, patient_id FROM clinic.patients ORDER BY region, patient_id

-- answered
SELECT any_value(region), first(region ORDER BY patient_id), last(region ORDER BY patient_id) FROM clinic.patients

-- answered
SELECT CAST(visits AS VARCHAR), visits::DOUBLE / 3, visits // 2, visits % 2, -visits, abs(visits), round(cost, 1), ceil(cost), floor(cost) FROM clinic.patients

-- answered
SELECT strftime(born, '%Y-%m'), strptime('2026-01-01', '%Y-%m-%d'), make_date(2026, 1, 1), epoch(TIMESTAMP '2026-01-01 00:00:00') FROM clinic.patients

-- answered
SELECT json_object('a', visits)->>'a', json_array(1, 2), to_json([1, 2]) FROM clinic.patients

-- answered
SELECT visits IS DISTINCT FROM 3, visits IN (1, 2), NOT (visits > 3), visits <> ALL (SELECT 3), visits = ANY (SELECT 3) FROM clinic.patients

-- answered
SELECT format('{} of {}', patient_id, visits), concat_ws('-', region, visits), left(region, 2), right(region, 2), reverse(region), starts_with(region, 'n'), contains(region, 'or') FROM clinic.patients

-- answered
SELECT (SELECT count(*) FROM clinic.patients) AS n, (SELECT max(visits) FROM clinic.patients) AS m

-- answered
FROM clinic.patients SELECT region, visits WHERE visits > 2 LIMIT 3

-- answered
SELECT sum(visits) FILTER (WHERE region = 'north') AS north, sum(visits) AS everywhere FROM clinic.patients

-- answered
SELECT ntile(4) OVER (ORDER BY cost), percent_rank() OVER (ORDER BY cost), dense_rank() OVER (ORDER BY visits), first_value(region) OVER (ORDER BY cost) FROM clinic.patients
