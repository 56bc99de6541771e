-- refused
SELECT * FROM duckdb_tables()

-- refused
SELECT * FROM duckdb_columns()

-- refused
SELECT * FROM duckdb_views()

-- refused
SELECT sql FROM duckdb_views()

-- refused
SELECT * FROM duckdb_settings()

-- refused
SELECT * FROM duckdb_functions()

-- refused
SELECT * FROM duckdb_databases()

-- refused
SELECT * FROM duckdb_extensions()

-- refused
SELECT * FROM duckdb_memory()

-- refused
SELECT * FROM duckdb_temporary_files()

-- refused
SELECT * FROM duckdb_constraints()

-- refused
SELECT * FROM duckdb_indexes()

-- refused
SELECT * FROM duckdb_variables()

-- refused
SELECT * FROM duckdb_prepared_statements()

-- refused
SELECT * FROM duckdb_external_file_cache()

-- refused
SELECT * FROM duckdb_connection_count()

-- refused
SELECT * FROM duckdb_optimizers()

-- refused
SELECT * FROM duckdb_approx_database_count()

-- refused
SELECT * FROM information_schema.tables

-- refused
SELECT * FROM information_schema.columns

-- refused
SELECT * FROM information_schema.schemata

-- refused
SELECT * FROM system.information_schema.columns

-- refused
SELECT * FROM pg_catalog.pg_tables

-- refused
SELECT * FROM pg_catalog.pg_class

-- refused
SELECT * FROM pg_class

-- refused
SELECT * FROM pg_attribute

-- refused
SELECT * FROM pg_settings()

-- refused
SELECT * FROM sqlite_master

-- refused
SELECT * FROM sqlite_schema

-- refused
SELECT * FROM main.sqlite_master

-- refused
SELECT * FROM temp.information_schema.tables

-- refused
SHOW TABLES

-- refused
SHOW ALL TABLES

-- refused
SHOW DATABASES

-- refused
SHOW VARIABLES

-- refused
DESCRIBE

-- refused
SELECT * FROM (SHOW TABLES)

-- refused
SELECT * FROM (SHOW ALL TABLES)

-- refused
SELECT * FROM (DESCRIBE clinic.salaries)

-- refused
SELECT * FROM pragma_table_info('patients')

-- refused
SELECT * FROM pragma_show('patients')

-- refused
SELECT * FROM pragma_storage_info('patients')

-- refused
SELECT * FROM pragma_database_size()

-- refused
SELECT * FROM pragma_version()

-- refused
SELECT * FROM pragma_platform()

-- refused
SELECT * FROM pragma_user_agent()

-- refused
SELECT * FROM pragma_metadata_info()

-- refused
SELECT * FROM pragma_collations()

-- refused
SELECT * FROM pragma_last_profiling_output()

-- refused
SELECT current_setting('allowed_paths')

-- refused
SELECT current_setting('temp_directory') FROM clinic.patients

-- refused
SELECT getvariable('x')

-- refused
SELECT current_database()

-- refused
SELECT current_catalog()

-- refused
SELECT current_schema()

-- refused
SELECT current_schemas(true)

-- refused
SELECT current_query()

-- refused
SELECT current_query() FROM clinic.patients WHERE region = 'hush'

-- either
SELECT current_user

-- either
SELECT session_user

-- either
SELECT user

-- refused
SELECT version()

-- refused
SELECT in_search_path('memory', 'main')

-- refused
SELECT txid_current()

-- refused
SELECT currval('s')

-- refused
SELECT nextval('s')

-- refused
SELECT stats(name) FROM clinic.patients

-- refused
SELECT stats(email) FROM clinic.patients

-- refused
SELECT vector_type(email) FROM clinic.patients

-- refused
SELECT pg_get_viewdef(1)

-- refused
SELECT pg_get_expr('x', 1)

-- refused
SELECT pg_get_constraintdef(1)

-- refused
SELECT obj_description(1, 'pg_class')

-- refused
SELECT col_description(1, 1)

-- refused
SELECT has_table_privilege('clinic.patients', 'select')

-- refused
SELECT inet_client_addr()

-- refused
SELECT * FROM icu_calendar_names()

-- refused
SELECT * FROM pg_timezone_names()

-- refused
SELECT * FROM enable_logging()

-- refused
SELECT * FROM enable_profiling()

-- refused
SELECT * FROM truncate_duckdb_logs()

-- refused
SELECT filename FROM clinic.patients

-- refused
SELECT file_row_number FROM clinic.patients

-- refused
SELECT file_index FROM clinic.patients

-- refused
SELECT rowid FROM clinic.patients
