-- refused
INSERT INTO clinic.patients VALUES (1)

-- refused
UPDATE clinic.patients SET region = 'south'

-- refused
DELETE FROM clinic.patients

-- refused
TRUNCATE clinic.patients

-- refused
MERGE INTO clinic.patients USING clinic.patients p ON true WHEN MATCHED THEN DELETE

-- refused
CREATE TABLE t AS SELECT * FROM clinic.patients

-- refused
CREATE TEMP TABLE t AS SELECT 1

-- refused
CREATE OR REPLACE TEMP TABLE t AS SELECT 1

-- refused
CREATE VIEW v AS SELECT * FROM clinic.patients

-- refused
CREATE OR REPLACE VIEW patients AS SELECT 1

-- refused
CREATE SCHEMA clinic

-- refused
CREATE SEQUENCE s

-- refused
CREATE TYPE mood AS ENUM ('x')

-- refused
CREATE TYPE mood AS ENUM (SELECT name FROM clinic.patients)

-- refused
CREATE INDEX i ON clinic.patients (name)

-- refused
CREATE SECRET s (TYPE s3)

-- refused
DROP VIEW patients

-- refused
DROP TABLE IF EXISTS clinic.patients

-- refused
ALTER TABLE clinic.patients ADD COLUMN x INTEGER

-- refused
SELECT * INTO t FROM clinic.patients

-- refused
WITH d AS (DELETE FROM clinic.patients RETURNING *) SELECT * FROM d

-- refused
WITH i AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM i

-- refused
WITH u AS (UPDATE t SET x = 1 RETURNING *) SELECT * FROM u

-- refused
SELECT * FROM (INSERT INTO t VALUES (1) RETURNING *)

-- refused
SELECT * FROM (DELETE FROM clinic.patients RETURNING name)

-- refused
COPY clinic.patients TO '/tmp/x.csv'

-- refused
COPY (SELECT * FROM clinic.patients) TO '/tmp/x.parquet'

-- refused
COPY t FROM '/etc/passwd'

-- refused
COPY FROM DATABASE memory TO memory

-- refused
EXPORT DATABASE '/tmp/x'

-- refused
IMPORT DATABASE '/tmp/x'

-- refused
ATTACH '/tmp/x.db'

-- refused
ATTACH '.hansa/ledger.db' AS l (TYPE sqlite)

-- refused
ATTACH ':memory:' AS m

-- refused
DETACH memory

-- refused
USE memory

-- refused
INSTALL httpfs

-- refused
LOAD httpfs

-- refused
UPDATE EXTENSIONS

-- refused
SET enable_external_access = true

-- refused
SET allowed_paths = ['/etc/passwd']

-- refused
SET lock_configuration = false

-- refused
SET memory_limit = '100GB'

-- refused
RESET memory_limit

-- refused
RESET ALL

-- refused
SET VARIABLE x = 1

-- refused
SET VARIABLE x = (SELECT max(name) FROM clinic.patients)

-- refused
SET SESSION threads = 64

-- refused
SET GLOBAL threads = 64

-- refused
PRAGMA version

-- refused
PRAGMA threads = 64

-- refused
PRAGMA database_list

-- refused
PRAGMA table_info('patients')

-- refused
PRAGMA show_tables

-- refused
PRAGMA enable_profiling

-- refused
PRAGMA enable_verification

-- refused
PRAGMA disable_optimizer

-- refused
PRAGMA import_database('/tmp/x')

-- refused
CALL pragma_version()

-- refused
CALL duckdb_tables()

-- refused
CALL enable_logging()

-- refused
CALL force_checkpoint()

-- refused
CHECKPOINT

-- refused
FORCE CHECKPOINT

-- refused
VACUUM

-- refused
ANALYZE

-- refused
BEGIN

-- refused
COMMIT

-- refused
ROLLBACK

-- refused
EXPLAIN SELECT * FROM clinic.patients

-- refused
EXPLAIN ANALYZE SELECT * FROM clinic.patients

-- refused
EXPLAIN (FORMAT json) SELECT * FROM clinic.patients

-- refused
CREATE MACRO m(x) AS x

-- refused
CREATE TEMP MACRO m() AS TABLE SELECT * FROM clinic.salaries

-- refused
CREATE OR REPLACE MACRO upper(x) AS x

-- refused
CREATE FUNCTION f(x) AS x

-- refused
DROP MACRO upper

-- refused
COMMENT ON VIEW patients IS 'x'

-- refused
GRANT SELECT ON clinic.salaries TO me

-- refused
KILL 1

-- refused
LISTEN x
