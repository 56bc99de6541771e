-- answered
WITH salaries AS (SELECT 1 AS x) SELECT * FROM salaries

-- either
WITH clinic AS (SELECT 1 AS x) SELECT * FROM clinic

-- refused
WITH x AS (SELECT * FROM clinic.salaries) SELECT 1 AS one

-- refused
WITH a AS (SELECT 1), b AS (WITH a AS (SELECT * FROM clinic.salaries) SELECT * FROM a) SELECT * FROM b

-- refused
SELECT * FROM (WITH salaries AS (SELECT 1) SELECT * FROM salaries) q, clinic.salaries

-- refused
WITH "clinic.salaries" AS (SELECT * FROM clinic.salaries) SELECT * FROM "clinic.salaries"

-- answered
WITH "clinic.salaries" AS (SELECT 1 AS x) SELECT * FROM "clinic.salaries"

-- refused
WITH patients AS (SELECT name FROM clinic.patients) SELECT * FROM patients

-- answered
WITH patients AS (SELECT region FROM clinic.patients) SELECT * FROM patients

-- answered
WITH patients AS (SELECT * FROM clinic.patients), p2 AS (SELECT * FROM patients) SELECT count(*) FROM p2

-- refused
WITH t AS (SELECT 1 AS x) SELECT * FROM t, main.t

-- refused
WITH t AS (SELECT 1 AS x) SELECT * FROM memory.main.t

-- refused
SELECT * FROM t WHERE EXISTS (WITH t AS (SELECT 1) SELECT * FROM t)

-- refused
WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS x) SELECT * FROM a

-- refused
SELECT * FROM (WITH c AS (SELECT 1 AS x) SELECT * FROM c) AS q JOIN c ON true

-- refused
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3), s AS (SELECT * FROM clinic.salaries) SELECT * FROM r

-- answered
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r

-- refused
WITH RECURSIVE r AS (SELECT name AS n FROM clinic.patients UNION ALL SELECT n FROM r WHERE false) SELECT * FROM r

-- refused
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM recurring.r WHERE n < 3) SELECT * FROM r

-- answered
SELECT patients.region FROM (SELECT 'x' AS region) AS patients

-- refused
SELECT patients.name FROM clinic.patients AS p, (SELECT 1 AS x) AS patients

-- refused
SELECT clinic.patients.name FROM clinic.patients AS patients

-- answered
SELECT name FROM (SELECT region AS name FROM clinic.patients)

-- answered
SELECT region AS name FROM clinic.patients ORDER BY name

-- answered
SELECT region AS name, count(*) FROM clinic.patients GROUP BY name

-- answered
SELECT 1 AS name FROM clinic.patients WHERE name = 1

-- answered
SELECT p.name FROM clinic.patients AS p(name)

-- either
SELECT p.e FROM clinic.patients AS p(a, b, c, d, e)

-- refused
WITH p AS NOT MATERIALIZED (SELECT name FROM clinic.patients) SELECT count(*) FROM p

-- refused
WITH p AS MATERIALIZED (SELECT name FROM clinic.patients) SELECT count(*) FROM p

-- answered
WITH clinic_patients AS (FROM clinic.patients) FROM clinic_patients SELECT region

-- refused
WITH q AS (SELECT 1) TABLE clinic.salaries
