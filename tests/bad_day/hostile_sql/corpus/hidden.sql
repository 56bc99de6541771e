-- refused
SELECT name FROM clinic.patients

-- refused
SELECT p.name FROM clinic.patients p

-- refused
SELECT patients.name FROM clinic.patients

-- refused
SELECT clinic.patients.name FROM clinic.patients

-- refused
SELECT "NAME" FROM clinic.patients

-- refused
SELECT p."Name" FROM clinic.patients AS p

-- refused
SELECT patient_id FROM clinic.patients WHERE name LIKE 'h%'

-- refused
SELECT count(*) FROM clinic.patients GROUP BY name

-- refused
SELECT count(*) FROM clinic.patients HAVING max(name) > 'a'

-- refused
SELECT patient_id FROM clinic.patients ORDER BY name

-- refused
SELECT patient_id, row_number() OVER (PARTITION BY name) FROM clinic.patients

-- refused
SELECT patient_id, row_number() OVER (ORDER BY name) FROM clinic.patients

-- refused
SELECT patient_id FROM clinic.patients QUALIFY rank() OVER (ORDER BY name) = 1

-- refused
SELECT count(*) FILTER (WHERE name = 'x') FROM clinic.patients

-- refused
SELECT list(patient_id ORDER BY name) FROM clinic.patients

-- refused
SELECT arg_max(patient_id, name) FROM clinic.patients

-- refused
SELECT a.patient_id FROM clinic.patients a JOIN clinic.patients b ON a.name = b.name

-- refused
SELECT * FROM clinic.patients a JOIN clinic.patients b USING (name)

-- refused
SELECT DISTINCT ON (name) patient_id FROM clinic.patients

-- refused
SELECT patient_id FROM clinic.patients WHERE EXISTS (SELECT 1 FROM (VALUES ('x')) v(n) WHERE v.n = name)

-- refused
SELECT (SELECT name) FROM clinic.patients

-- refused
SELECT patient_id FROM clinic.patients p, LATERAL (SELECT p.name AS n)

-- refused
SELECT * REPLACE (name AS patient_id) FROM clinic.patients

-- refused
SELECT struct_pack(n := name) FROM clinic.patients

-- refused
SELECT {'n': name} FROM clinic.patients

-- refused
SELECT [name] FROM clinic.patients

-- refused
SELECT row(name) FROM clinic.patients

-- refused
SELECT list_transform([1], x -> name) FROM clinic.patients

-- refused
SELECT CASE WHEN name > 'm' THEN 1 ELSE 0 END FROM clinic.patients

-- refused
SELECT try_cast(name AS INTEGER) FROM clinic.patients

-- refused
SELECT name::INTEGER FROM clinic.patients

-- refused
SELECT name.length() FROM clinic.patients

-- refused
WITH c AS (SELECT name FROM clinic.patients) SELECT * FROM c

-- refused
WITH c(n) AS (SELECT name FROM clinic.patients) SELECT n FROM c

-- refused
SELECT * FROM (SELECT name FROM clinic.patients)

-- refused
SELECT name FROM clinic.patients UNION SELECT 'x'

-- refused
SELECT * FROM clinic.patients EXCEPT SELECT name FROM clinic.patients

-- refused
SELECT s.name FROM clinic.patients AS s(a, b, c, d)

-- refused
PIVOT clinic.patients ON name USING count(*)

-- refused
PIVOT clinic.patients ON region USING max(name)

-- refused
PIVOT clinic.patients ON region USING count(*) GROUP BY name

-- refused
UNPIVOT clinic.patients ON name INTO NAME k VALUE v

-- refused
SELECT * FROM clinic.salaries

-- refused
SELECT count(*) FROM clinic.salaries

-- refused
SELECT 1 FROM clinic.patients WHERE EXISTS (SELECT 1 FROM clinic.salaries)

-- refused
SELECT (SELECT max(amount) FROM clinic.salaries)

-- refused
WITH s AS (SELECT * FROM clinic.salaries) SELECT 1

-- refused
SELECT 1 WHERE false AND EXISTS (SELECT 1 FROM clinic.salaries)

-- refused
SELECT * FROM clinic.salaries LIMIT 0

-- refused
DESCRIBE clinic.salaries

-- refused
DESCRIBE SELECT * FROM clinic.salaries

-- refused
SUMMARIZE clinic.salaries

-- refused
SELECT * FROM clinic.patients JOIN clinic.salaries ON true

-- refused
SELECT * FROM clinic.patients SEMI JOIN clinic.salaries ON true

-- refused
SELECT * FROM clinic.patients ANTI JOIN clinic.salaries ON true

-- refused
SELECT * FROM clinic.salaries.salaries

-- refused
SELECT * FROM clinic.salaries.salaries_v1

-- refused
SELECT * FROM "clinic"."salaries"

-- refused
SELECT * FROM "clinic.salaries"

-- refused
SELECT * FROM "clinic.salaries.salaries@1"

-- refused
SELECT * FROM "clinic.patients.patients@1"

-- refused
SELECT * FROM patients

-- refused
SELECT * FROM memory.main.patients

-- refused
SELECT * FROM main.patients

-- refused
SELECT * FROM clinic.main.patients

-- refused
SELECT * FROM nowhere.patients

-- refused
SELECT * FROM clinic.patients AT (VERSION => 1) WHERE name = 'x'

-- refused
SELECT * FROM clinic.salaries AT (VERSION => 1)

-- refused
SELECT * FROM clinic.salaries AT (TIMESTAMP => TIMESTAMP '2030-01-01')

-- refused
SELECT * FROM clinic.patients TABLESAMPLE 100% WHERE name IS NOT NULL

-- refused
SELECT email, name FROM clinic.patients

-- answered
SELECT * FROM clinic.patients

-- answered
FROM clinic.patients

-- answered
SELECT * FROM clinic.patients WHERE email LIKE '%hush%'

-- answered
SELECT patient_id FROM clinic.patients WHERE diagnosis IS NOT NULL

-- answered
SELECT count(*) FROM clinic.patients WHERE region = 'south'

-- answered
SELECT * FROM clinic.patients WHERE region <> 'north' OR true

-- answered
SELECT max(patient_id), min(patient_id), sum(cost) FROM clinic.patients

-- answered
SELECT * FROM clinic.patients WHERE true OR region = 'south'

-- answered
SELECT approx_count_distinct(patient_id), approx_quantile(cost, 0.99), mode(region) FROM clinic.patients

-- answered
SELECT min(born), max(born) FROM clinic.patients

-- answered
SELECT email FROM clinic.patients ORDER BY email LIMIT 3

-- answered
SELECT histogram(region) FROM clinic.patients

-- answered
SUMMARIZE clinic.patients

-- answered
SUMMARIZE SELECT * FROM clinic.patients

-- answered
DESCRIBE clinic.patients

-- answered
DESCRIBE SELECT * FROM clinic.patients

-- answered
SELECT a.* FROM clinic.patients a FULL JOIN clinic.patients b ON a.patient_id = b.patient_id + 7770000

-- answered
SELECT region, count(*) FROM clinic.patients GROUP BY ROLLUP (region)

-- answered
SELECT row_to_json(p) FROM clinic.patients p

-- answered
SELECT to_json(p) FROM clinic.patients p

-- answered
SELECT p FROM clinic.patients p

-- answered
SELECT p.* FROM clinic.patients p

-- answered
SELECT hash(email), md5(email), length(email), email[1] FROM clinic.patients

-- answered
SELECT first(p) FROM clinic.patients p

-- answered
SELECT array_agg(p) FROM clinic.patients p

-- answered
SELECT max_by(p, patient_id) FROM clinic.patients p

-- answered
SELECT unnest(p) FROM clinic.patients p

-- answered
SELECT p::VARCHAR FROM clinic.patients p
