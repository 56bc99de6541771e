-- refused
SELECT 1; SELECT name FROM clinic.patients

-- refused
SELECT 1; DROP TABLE x

-- refused
;;;

-- answered
SELECT 1;

-- answered
SELECT 1 /* ; SELECT name FROM clinic.patients */

-- answered
SELECT 1 -- ; SELECT name FROM clinic.patients

-- refused
/* harmless */ SELECT name FROM clinic.patients

-- refused
SELECT /*+ hint */ name /* x */ FROM /* y */ clinic /* z */ . /* w */ salaries

-- answered
SELECT /* /* nested */ */ 1

-- refused
SELECT 1 /* unclosed

-- refused
SELECT 'unclosed

-- refused
SELECT "unclosed

-- refused
SELECT $$unclosed

-- answered
SELECT $$ ; SELECT name FROM clinic.patients; $$ AS text

-- answered
SELECT $tag$ '; DROP TABLE x; -- $tag$ AS text

-- answered
SELECT '; DROP TABLE x; --' AS text

-- answered
SELECT E'\'; SELECT name FROM clinic.salaries; --' AS text

-- refused
SELECT '\'; SELECT name FROM clinic.salaries; --'

-- refused
SELECT 1
SELECT 2

-- refused
-

-- refused
SELECT

-- refused
SELEKT 1

-- refused
SELECT * FROM

-- refused
SELECT 1 FROM clinic.patients WHERE

-- refused
SELECT 1 UNION

-- refused
)

-- refused
SELECT (((((1

-- refused
BEGIN; SELECT 1; COMMIT
