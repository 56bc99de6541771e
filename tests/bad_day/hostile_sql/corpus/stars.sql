-- either
SELECT COLUMNS('name') FROM clinic.patients

-- either
SELECT COLUMNS('.*') FROM clinic.patients

-- either
SELECT COLUMNS(*) FROM clinic.patients

-- either
SELECT COLUMNS(c -> c LIKE '%name%') FROM clinic.patients

-- either
SELECT COLUMNS(* EXCLUDE (name)) FROM clinic.patients

-- either
SELECT max(COLUMNS(*)) FROM clinic.patients

-- either
SELECT COLUMNS(['name', 'region']) FROM clinic.patients

-- either
SELECT COLUMNS(p.*) FROM clinic.patients p

-- either
SELECT * LIKE '%a%' FROM clinic.patients

-- either
SELECT * SIMILAR TO 'n.*' FROM clinic.patients

-- either
SELECT * GLOB 'n*' FROM clinic.patients

-- either
SELECT * EXCLUDE (name) FROM clinic.patients

-- either
SELECT * RENAME (name AS n) FROM clinic.patients

-- refused
SELECT * REPLACE (name || 'x' AS region) FROM clinic.patients

-- answered
SELECT * EXCLUDE (region) FROM clinic.patients

-- answered
SELECT * REPLACE (upper(region) AS region) FROM clinic.patients

-- answered
SELECT * RENAME (region AS where_from) FROM clinic.patients

-- either
SELECT COLUMNS('(region|name)') AS 'x_\1' FROM clinic.patients

-- either
SELECT *COLUMNS('.*') FROM clinic.patients

-- either
SELECT coalesce(*COLUMNS('.*')::VARCHAR) FROM clinic.patients

-- answered
SELECT struct_pack(*COLUMNS(['region', 'visits'])) AS s FROM clinic.patients

-- answered
SELECT * FROM clinic.patients WHERE COLUMNS(['visits', 'cost']) > 0

-- either
SELECT * FROM clinic.patients WHERE COLUMNS(*) IS NOT NULL

-- either
SELECT * FROM clinic.patients ORDER BY ALL

-- either
SELECT * FROM clinic.patients ORDER BY COLUMNS('name')

-- either
FROM clinic.patients SELECT COLUMNS(x -> true)

-- answered
PIVOT clinic.patients ON region USING count(*)

-- answered
PIVOT clinic.patients ON region IN ('north', 'south') USING sum(visits) GROUP BY born

-- answered
SELECT * FROM clinic.patients PIVOT (count(*) FOR region IN ('north', 'south'))

-- either
PIVOT clinic.patients ON diagnosis USING count(*)

-- either
PIVOT clinic.patients ON email USING first(region)

-- either
PIVOT clinic.patients ON (SELECT name FROM clinic.salaries) USING count(*)

-- refused
PIVOT clinic.salaries ON person USING count(*)

-- answered
UNPIVOT clinic.patients ON visits, cost INTO NAME k VALUE v

-- either
UNPIVOT clinic.patients ON COLUMNS(*) INTO NAME k VALUE v

-- either
UNPIVOT (SELECT COLUMNS(*)::VARCHAR FROM clinic.patients) ON COLUMNS(*) INTO NAME k VALUE v

-- refused
SELECT * FROM clinic.patients UNPIVOT (v FOR k IN (name, region))

-- refused
SELECT * FROM clinic.patients NATURAL JOIN clinic.salaries

-- answered
SELECT * FROM clinic.patients a NATURAL JOIN clinic.patients b

-- either
SELECT #1 FROM clinic.patients

-- either
SELECT #2 FROM clinic.patients ORDER BY #2

-- answered
SELECT patient_id, region FROM clinic.patients ORDER BY 2, 1

-- either
SELECT p['name'] FROM clinic.patients p

-- refused
SELECT p.name.x FROM clinic.patients p

-- either
SELECT struct_extract(p, 'name') FROM clinic.patients p

-- either
SELECT to_json(p)->>'name' FROM clinic.patients p

-- either
SELECT json_extract_string(to_json(p), '$.*') FROM clinic.patients p
