-- refused
SELECT * FROM read_csv('/etc/passwd')

-- refused
SELECT * FROM read_csv_auto('/etc/passwd', sep = ':')

-- refused
SELECT * FROM sniff_csv('/etc/passwd')

-- refused
SELECT * FROM read_text('/etc/passwd')

-- refused
SELECT * FROM read_blob('/etc/hostname')

-- refused
SELECT * FROM read_parquet('**/*.parquet')

-- refused
SELECT * FROM parquet_scan('warehouse/*.parquet')

-- refused
SELECT * FROM parquet_metadata('**/*.parquet')

-- refused
SELECT * FROM parquet_file_metadata('**/*.parquet')

-- refused
SELECT * FROM parquet_kv_metadata('**/*.parquet')

-- refused
SELECT * FROM parquet_schema('**/*.parquet')

-- refused
SELECT * FROM parquet_bloom_probe('**/*.parquet', 'name', 'x')

-- refused
SELECT * FROM read_json('/etc/os-release')

-- refused
SELECT * FROM read_json_auto('/etc/os-release')

-- refused
SELECT * FROM read_ndjson('/etc/os-release')

-- refused
SELECT * FROM read_json_objects('/etc/os-release')

-- refused
SELECT * FROM read_ndjson_objects('/etc/os-release')

-- refused
SELECT * FROM glob('/etc/*')

-- refused
SELECT * FROM glob('**')

-- refused
SELECT * FROM sqlite_scan('.hansa/ledger.db', 'audit_log')

-- refused
SELECT * FROM postgres_scan('host=localhost', 'public', 'users')

-- refused
SELECT * FROM iceberg_scan('warehouse')

-- refused
SELECT * FROM delta_scan('warehouse')

-- refused
SELECT * FROM st_read('/etc/passwd')

-- refused
SELECT * FROM read_xlsx('/tmp/x.xlsx')

-- refused
SELECT * FROM arrow_scan(1, 2, 3)

-- refused
SELECT * FROM arrow_scan_dumb(1, 2, 3)

-- refused
SELECT * FROM pandas_scan(1)

-- refused
SELECT * FROM python_map_function(1)

-- refused
SELECT * FROM seq_scan('patients')

-- refused
SELECT getenv('HOME')

-- refused
SELECT getenv('HANSA_MASK_KEY') FROM clinic.patients

-- refused
SELECT (SELECT content FROM read_text('/etc/passwd')) FROM clinic.patients

-- refused
SELECT * FROM clinic.patients WHERE 'root' IN (SELECT column0 FROM read_csv('/etc/passwd', sep = ':'))

-- refused
SELECT * FROM clinic.patients, LATERAL (SELECT * FROM read_text('/etc/passwd'))

-- refused
WITH f AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM f

-- refused
WITH RECURSIVE f AS (SELECT content FROM read_text('/etc/passwd') UNION ALL SELECT content FROM f) SELECT * FROM f

-- refused
SELECT * FROM clinic.patients ORDER BY (SELECT content FROM read_text('/etc/passwd'))

-- refused
SELECT * FROM clinic.patients LIMIT (SELECT size FROM read_text('/etc/passwd'))

-- refused
SELECT * FROM clinic.patients OFFSET (SELECT size FROM read_text('/etc/passwd'))

-- refused
SELECT count(*) FILTER (WHERE EXISTS (SELECT * FROM read_text('/etc/passwd'))) FROM clinic.patients

-- refused
SELECT sum(visits) OVER (ORDER BY (SELECT size FROM read_text('/etc/passwd'))) FROM clinic.patients

-- refused
SELECT * FROM clinic.patients JOIN read_text('/etc/passwd') AS f ON true

-- refused
SELECT * FROM clinic.patients UNION ALL BY NAME SELECT * FROM read_text('/etc/passwd')

-- refused
SELECT * FROM clinic.patients QUALIFY row_number() OVER () < (SELECT size FROM read_text('/etc/passwd'))

-- refused
SELECT region FROM clinic.patients GROUP BY ALL HAVING count(*) > (SELECT size FROM read_text('/etc/passwd'))

-- refused
FROM read_text('/etc/passwd')

-- refused
TABLE '/etc/passwd'

-- refused
VALUES ((SELECT content FROM read_text('/etc/passwd')))

-- refused
SELECT list_transform([1], x -> (SELECT content FROM read_text('/etc/passwd')))

-- refused
SELECT unnest((SELECT array_agg(content) FROM read_text('/etc/passwd')))

-- refused
DESCRIBE SELECT * FROM read_csv('/etc/passwd')

-- refused
SUMMARIZE SELECT * FROM read_text('/etc/passwd')

-- refused
SUMMARIZE '/etc/passwd'

-- refused
DESCRIBE TABLE '/etc/passwd'

-- refused
PIVOT (FROM read_csv('/etc/passwd')) ON column0 USING count(*)

-- refused
UNPIVOT (FROM read_text('/etc/passwd')) ON filename INTO NAME n VALUE v

-- refused
SELECT * FROM clinic.patients ASOF JOIN read_text('/etc/passwd') f ON visits >= f.size

-- refused
SELECT * FROM clinic.patients POSITIONAL JOIN read_text('/etc/passwd')

-- refused
SELECT * FROM query('SELECT 1')

-- refused
SELECT * FROM which_secret('s3://bucket', 's3')

-- refused
SELECT * FROM duckdb_secrets()

-- refused
SELECT * FROM duckdb_logs()

-- refused
SELECT * FROM parse_duckdb_log_message('FileSystem', 'x')

-- refused
SELECT write_log('x')

-- refused
SELECT * FROM repeat_row(1, num_rows = 10)

-- refused
SELECT * FROM test_all_types()

-- refused
SELECT * FROM load_aws_credentials()

-- refused
SELECT * FROM http_get('http://127.0.0.1')

-- refused
SELECT http_get('http://127.0.0.1')
