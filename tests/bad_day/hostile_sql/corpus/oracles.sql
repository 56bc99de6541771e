-- either
SELECT 1 / (patient_id - 7770001) FROM clinic.patients

-- either
SELECT region::INTEGER FROM clinic.patients

-- either
SELECT email::INTEGER FROM clinic.patients

-- either
SELECT email::DATE FROM clinic.patients

-- either
SELECT diagnosis::INTEGER FROM clinic.patients

-- either
SELECT (region || patient_id)::INTEGER FROM clinic.patients

-- either
SELECT error(region) FROM clinic.patients

-- either
SELECT error(email) FROM clinic.patients

-- either
SELECT CASE WHEN region = 'south' THEN error(region) ELSE region END FROM clinic.patients

-- either
SELECT if(patient_id > 7000000, error('hush-oracle'), 'x') FROM clinic.patients

-- either
SELECT patient_id FROM clinic.patients WHERE CASE WHEN region = 'south' THEN error('hush-oracle') ELSE true END

-- either
SELECT patient_id FROM clinic.patients WHERE CAST(region AS INTEGER) = 1

-- either
SELECT patient_id FROM clinic.patients WHERE 1 / (CASE WHEN region = 'south' THEN 0 ELSE 1 END) = 1

-- either
SELECT patient_id FROM clinic.patients WHERE CAST(CASE WHEN region = 'south' THEN 'hush-oracle' ELSE '1' END AS INTEGER) = 1

-- either
SELECT patient_id FROM clinic.patients WHERE email = 'hush1@hush.example'

-- either
SELECT date_trunc(region, born) FROM clinic.patients

-- either
SELECT date_part(email, born) FROM clinic.patients

-- either
SELECT strptime(region, '%Y') FROM clinic.patients

-- either
SELECT strftime(born, region) FROM clinic.patients

-- either
SELECT regexp_matches(region, email) FROM clinic.patients

-- either
SELECT regexp_replace('x', '[' || region, 'y') FROM clinic.patients

-- either
SELECT region::JSON FROM clinic.patients

-- either
SELECT json_extract(region, '$') FROM clinic.patients

-- either
SELECT json_transform(region, '{"a": 1}') FROM clinic.patients

-- either
SELECT from_json('{}', region) FROM clinic.patients

-- either
SELECT decode(region::BLOB), unhex(region), from_base64(region) FROM clinic.patients

-- either
SELECT region::UUID FROM clinic.patients

-- either
SELECT region::INTERVAL FROM clinic.patients

-- either
SELECT region::BOOLEAN FROM clinic.patients

-- either
SELECT region::BIT FROM clinic.patients

-- either
SELECT region::TIMESTAMP FROM clinic.patients

-- either
SELECT region::ENUM ('x') FROM clinic.patients

-- either
SELECT region::STRUCT(a INTEGER) FROM clinic.patients

-- either
SELECT region::INTEGER[] FROM clinic.patients

-- either
SELECT patient_id::UTINYINT FROM clinic.patients

-- either
SELECT (patient_id * 1e300)::DECIMAL(4, 2) FROM clinic.patients

-- either
SELECT patient_id::BIGINT * 9223372036854775807 FROM clinic.patients

-- either
SELECT sqrt(-patient_id), ln(patient_id - patient_id), factorial(patient_id::INTEGER) FROM clinic.patients

-- either
SELECT array_value(region)[2], map([region], [1])['x'] FROM clinic.patients

-- either
SELECT map([region, region], [1, 2]) FROM clinic.patients

-- either
SELECT (SELECT region FROM clinic.patients)

-- either
SELECT (SELECT region FROM clinic.patients WHERE region = 'south')

-- either
SELECT sum(CASE WHEN region = 'south' THEN 9223372036854775807 ELSE 0 END::HUGEINT)::BIGINT FROM clinic.patients

-- either
SELECT string_split(region, '')[1000000], chr(patient_id::INTEGER) FROM clinic.patients

-- either
SELECT make_date(patient_id::INTEGER, 1, 1), make_timestamp(patient_id, 1, 1, 1, 1, 1) FROM clinic.patients

-- either
SELECT format(region, 1) FROM clinic.patients

-- either
SELECT printf(region, 1) FROM clinic.patients

-- either
SELECT format('{:' || region || '}', 1) FROM clinic.patients

-- either
SELECT list_extract([1], 'x'), list_value(1)[region] FROM clinic.patients

-- either
SELECT array_cross_product([1.0, 2.0, 3.0], [1.0, 2.0]) FROM clinic.patients

-- either
SELECT collate(region, 'nowhere') FROM clinic.patients

-- either
SELECT timezone(region, TIMESTAMP '2026-01-01') FROM clinic.patients

-- either
SELECT CAST(count(*) AS UTINYINT) FROM clinic.patients a, clinic.patients b, clinic.patients c

-- either
SELECT enum_code('x'::ENUM ('y')) FROM clinic.patients

-- either
SELECT patient_id FROM clinic.patients ORDER BY 1 / (patient_id - 7770001)

-- either
SELECT patient_id FROM clinic.patients LIMIT (SELECT region::INTEGER FROM clinic.patients LIMIT 1)

-- either
SELECT CASE WHEN (SELECT count(*) FROM clinic.patients WHERE region = 'south') > 0 THEN error('hush-oracle') ELSE 'x' END

-- either
SELECT count(*) FROM clinic.patients WHERE region = 'south' AND (SELECT count(*) FROM range(100000) a, range(100) b) > 0

-- either
SELECT count(*) FROM clinic.patients a JOIN clinic.patients b ON a.region::INTEGER = b.patient_id

-- either
SELECT a.patient_id FROM clinic.patients a ASOF JOIN clinic.patients b ON a.region = b.region AND a.born >= b.born::VARCHAR::DATE

-- answered
SELECT * FROM (SELECT code AS visits FROM clinic.patients) WHERE visits = 5

-- answered
WITH c(visits) AS (SELECT code FROM clinic.patients) SELECT * FROM c WHERE visits = 5

-- answered
SELECT q.patient_id FROM clinic.patients AS q(patient_id, email, diagnosis, born, region, cost, v, tags, address, visits) WHERE visits = 5

-- answered
SELECT count(*) FROM (SELECT visits AS k FROM clinic.patients) JOIN (SELECT code AS k FROM clinic.patients) USING (k)

-- answered
SELECT count(*) FROM (SELECT visits FROM clinic.patients) NATURAL JOIN (SELECT code AS visits FROM clinic.patients)

-- answered
SELECT patient_id FROM clinic.patients WHERE code = 5

-- answered
SELECT code::INTEGER AS c FROM clinic.patients WHERE c > 3

-- answered
SELECT patient_id FROM clinic.patients WHERE visits::TINYINT = 1

-- answered
SELECT count(*) FROM clinic.patients WHERE patient_id::SMALLINT > 1

-- answered
SELECT count(*) FROM clinic.patients a JOIN clinic.patients b ON a.visits::TINYINT = b.code::TINYINT

-- answered
SELECT count(*) FROM clinic.patients a WHERE EXISTS (SELECT 1 FROM clinic.patients b WHERE b.code::INTEGER = a.visits)

-- answered
SELECT max(x) FROM clinic.patients p, LATERAL (SELECT p.code::INTEGER AS x) WHERE x > 2

-- answered
SELECT patient_id FROM clinic.patients QUALIFY row_number() OVER (ORDER BY code::INTEGER, patient_id) < 3

-- answered
SELECT region FROM clinic.patients GROUP BY region HAVING max(code::INTEGER) > 1

-- answered
SELECT patient_id FROM clinic.patients ORDER BY code::INTEGER, patient_id LIMIT 2

-- answered
SELECT (SELECT b.code::INTEGER FROM clinic.patients b WHERE b.patient_id = a.patient_id) AS c FROM clinic.patients a

-- answered
SELECT patient_id FROM clinic.patients WHERE list_transform([code], lambda x: x::INTEGER)[1] > 2

-- answered
SELECT a.patient_id FROM (SELECT visits::TINYINT AS v, patient_id FROM clinic.patients) a ASOF JOIN (SELECT DISTINCT visits::TINYINT AS v FROM clinic.patients) b ON a.v >= b.v

-- answered
WITH RECURSIVE r(v) AS (SELECT visits::TINYINT FROM clinic.patients UNION SELECT (v + 1)::TINYINT FROM r WHERE v < 9) SELECT * FROM r
