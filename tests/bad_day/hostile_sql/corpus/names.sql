-- answered
SELECT "region" FROM "clinic"."patients"

-- answered
SELECT REGION FROM CLINIC.PATIENTS

-- answered
SELECT "Region" FROM "Clinic"."Patients"."PATIENTS_V1"

-- refused
SELECT * FROM "clinic"."salaries"

-- refused
SELECT * FROM "CLINIC"."SALARIES"

-- refused
SELECT * FROM clinic."salaries "

-- refused
SELECT * FROM clinic." salaries"

-- refused
SELECT * FROM clinic.ｓalaries

-- refused
SELECT * FROM clinic."salarıes"

-- refused
SELECT * FROM clinic."ѕalaries"

-- refused
SELECT "nаme" FROM clinic.patients

-- refused
SELECT "ｎame" FROM clinic.patients

-- refused
SELECT U&"n\0061me" FROM clinic.patients

-- refused
SELECT "name" FROM clinic.patients

-- refused
SELECT "name​" FROM clinic.patients

-- refused
SELECT * FROM "clinic""; SELECT * FROM ""salaries"

-- refused
SELECT * FROM "clinic.patients.patients_v1"

-- refused
SELECT * FROM "clinic"."patients.name"

-- refused
SELECT * FROM ""

-- refused
SELECT * FROM clinic.""

-- refused
SELECT * FROM "hansa 1"

-- refused
SELECT * FROM "../../etc/passwd"

-- refused
SELECT * FROM '/etc/passwd'

-- refused
SELECT * FROM "/etc/passwd"

-- refused
SELECT * FROM 'x.parquet'

-- refused
SELECT * FROM "x.csv"

-- refused
SELECT * FROM 'https://127.0.0.1/x.parquet'

-- refused
SELECT * FROM 's3://bucket/x.parquet'

-- refused
SELECT * FROM 'file:///etc/passwd'

-- refused
SELECT * FROM '**/*.parquet'

-- refused
SELECT * FROM 'data:text/csv,x'

-- refused
SELECT * FROM df

-- refused
SELECT * FROM self

-- refused
SELECT * FROM globals

-- refused
SELECT * FROM connection

-- refused
SELECT * FROM clinic.patients_v0

-- refused
SELECT * FROM clinic.patients.patients_v99

-- refused
SELECT * FROM clinic.patients.patients_v99999999999999999999

-- refused
SELECT * FROM clinic.patients.patients_v-1

-- refused
SELECT * FROM clinic.patients.patients.name

-- refused
SELECT * FROM a.b.c.d.e.f.g
