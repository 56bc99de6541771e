-- refused
SELECT * FROM query('SELECT name FROM clinic.patients')

-- refused
SELECT * FROM query_table('clinic.patients')

-- refused
SELECT * FROM query_table(['patients'])

-- refused
FROM query_table('t', true)

-- refused
SELECT json_execute_serialized_sql(json_serialize_sql('SELECT 1'))

-- refused
SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))

-- refused
PRAGMA json_execute_serialized_sql(json_serialize_sql('SELECT 1'))

-- refused
SELECT json_serialize_plan('SELECT * FROM clinic.patients')

-- refused
SELECT json_serialize_sql('SELECT * FROM clinic.patients')

-- refused
SELECT json_deserialize_sql(json_serialize_sql('SELECT 1'))

-- refused
CALL query('SELECT 1')

-- refused
EXECUTE leak

-- refused
PREPARE leak AS SELECT name FROM clinic.patients

-- refused
DEALLOCATE leak

-- refused
EXECUTE IMMEDIATE 'SELECT name FROM clinic.patients'

-- refused
SELECT * FROM from_substrait('x'::BLOB)

-- refused
CALL from_substrait_json('{}')

-- refused
SELECT get_substrait('SELECT 1')

-- refused
SELECT * FROM sql_auto_complete('SELECT ')

-- refused
SELECT * FROM check_peg_parser('SELECT 1')

-- refused
SELECT * FROM parser_override('x')

-- refused
SELECT system.main.query('SELECT 1')

-- refused
FROM system.main.query('SELECT 1')

-- refused
SELECT * FROM "query"('SELECT 1')

-- refused
SELECT * FROM "QuErY"('SELECT 1')
