-- refused
SELECT * FROM ?

-- refused
SELECT * FROM clinic.?

-- refused
SELECT * FROM query(?)

-- refused
SELECT * FROM query_table(?)

-- refused
SELECT * FROM read_csv(?)

-- refused
SELECT getvariable(?)

-- refused
SELECT COLUMNS(?) FROM clinic.patients

-- refused
SELECT current_setting($1)

-- refused
SELECT getenv($name)

-- refused
PREPARE x AS SELECT ?

-- refused
EXECUTE x('a')

-- refused
SELECT * FROM clinic.patients AT (VERSION => ?)
