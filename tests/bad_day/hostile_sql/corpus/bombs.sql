-- refused
SELECT repeat('x', 4000000000)

-- refused
SELECT repeat(repeat(repeat('x', 100000), 100000), 100000)

-- refused
SELECT count(*) FROM range(1000000000000)

-- refused
SELECT count(*) FROM generate_series(1, 1000000000000)

-- refused
SELECT range(10000000000)

-- refused
SELECT list_resize([1], 4000000000)

-- refused
SELECT lpad('x', 2000000000, 'y')

-- refused
SELECT rpad('x', 2000000000, 'y')

-- refused
SELECT bar(1, 0, 1, 1000000000)

-- refused
SELECT format('{:>2000000000}', 'x')

-- refused
SELECT printf('%2000000000d', 1)

-- either
SELECT count(*) FROM clinic.patients a, clinic.patients b, clinic.patients c, clinic.patients d, clinic.patients e, clinic.patients f, clinic.patients g, clinic.patients h, clinic.patients i, clinic.patients j

-- either
WITH RECURSIVE r AS (SELECT 1::HUGEINT AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r

-- either
WITH RECURSIVE r AS (SELECT 'x' AS t UNION ALL SELECT t || t FROM r) SELECT max(length(t)) FROM r

-- either
SELECT string_agg(a.email || b.email || c.email || d.email) FROM clinic.patients a, clinic.patients b, clinic.patients c, clinic.patients d

-- either
SELECT list(a) FROM clinic.patients a, clinic.patients b, clinic.patients c

-- either
SELECT regexp_matches(repeat('a', 30), '(a+)+$') FROM clinic.patients

-- refused
SELECT levenshtein(repeat('a', 100000), repeat('b', 100000))

-- either
SELECT * FROM clinic.patients a, clinic.patients b, clinic.patients c, clinic.patients d, clinic.patients e ORDER BY a.email, b.email, c.email

-- either
SELECT * FROM clinic.patients GROUP BY CUBE (patient_id, region, email, diagnosis, born, cost, visits)

-- refused
SELECT sleep_ms(100000)

-- refused
SELECT * FROM clinic.patients, (SELECT sleep_ms(1000) FROM range(1000))

-- refused
SELECT damerau_levenshtein(repeat('a', 20000), email) FROM clinic.patients

-- refused
SELECT editdist3(t, t) FROM (SELECT repeat('a', 100000) AS t)

-- refused
SELECT max(levenshtein(CASE WHEN random() < 0.5 THEN 'a' ELSE repeat('a', 100000) END, repeat('b', 400))) FROM range(1000)

-- answered
SELECT levenshtein(region, 'north'), damerau_levenshtein(NULL, region) FROM clinic.patients

-- answered
SELECT list_transform(['a'], lambda x: levenshtein(x, 'bc')) FROM clinic.patients

-- refused
SELECT bitstring('1', 1000000000)

-- refused
SELECT length(repeat(t, 100000)) FROM (SELECT repeat('x', 100000) AS t)

-- either
SELECT quantile_cont(i, list_transform(range(100000), lambda x: 0.5)) FROM range(10) AS t(i)

-- refused
SELECT regexp_matches(repeat('a', 100000), repeat('a?', 1000) || repeat('a', 1000) || 'b') FROM clinic.patients

-- refused
SELECT regexp_matches(repeat(email, 1000), '(a?){1000}a{1000}b') FROM clinic.patients

-- either
SELECT count(*) FROM clinic.patients WHERE regexp_extract(repeat('ab', 5000) || patient_id, '((a|b)*a(a|b){100})(b)', 1) = ''
