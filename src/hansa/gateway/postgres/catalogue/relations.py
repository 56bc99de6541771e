"""The relations of the catalogue: their columns, as PostgreSQL 16 has them, with the value that is the same in every row of ours.

What is not said for a row is that value, or null. A relation without rows is here all the same, since tools join it.
"""

from hansa.frozen import dataclass

PG, INFO = "cat", "info"
"""The schemas in which `pg_catalog` and `information_schema` stand while they are asked."""

OWNER = 10
"""The number of the one role that owns everything."""


@dataclass(frozen=True, slots=True)
class Relation:
    """`columns` as DuckDB defines them; `of_columns` for one that says something of the columns of ports."""

    schema: str
    name: str
    columns: str
    of_columns: bool = False

    @property
    def made(self) -> str:
        return f"CREATE TABLE {self.schema}.{self.name} ({self.columns})"


_NUMBERED = "oid BIGINT"
_PG: dict[str, str] = {
    "pg_namespace": f"{_NUMBERED}, nspname VARCHAR, nspowner BIGINT DEFAULT {OWNER}, nspacl VARCHAR[]",
    "pg_class": f"""{_NUMBERED}, relname VARCHAR, relnamespace BIGINT, reltype BIGINT DEFAULT 0, reloftype BIGINT DEFAULT 0,
        relowner BIGINT DEFAULT {OWNER}, relam BIGINT DEFAULT 2, relfilenode BIGINT DEFAULT 0, reltablespace BIGINT DEFAULT 0,
        relpages INTEGER DEFAULT 0, reltuples FLOAT DEFAULT -1, relallvisible INTEGER DEFAULT 0, reltoastrelid BIGINT DEFAULT 0,
        relhasindex BOOLEAN DEFAULT false, relisshared BOOLEAN DEFAULT false, relpersistence VARCHAR DEFAULT 'p',
        relkind VARCHAR DEFAULT 'r', relnatts SMALLINT DEFAULT 0, relchecks SMALLINT DEFAULT 0, relhasoids BOOLEAN DEFAULT false,
        relhasrules BOOLEAN DEFAULT false, relhastriggers BOOLEAN DEFAULT false, relhassubclass BOOLEAN DEFAULT false,
        relrowsecurity BOOLEAN DEFAULT false, relforcerowsecurity BOOLEAN DEFAULT false, relispopulated BOOLEAN DEFAULT true,
        relreplident VARCHAR DEFAULT 'n', relispartition BOOLEAN DEFAULT false, relrewrite BIGINT DEFAULT 0,
        relfrozenxid BIGINT DEFAULT 0, relminmxid BIGINT DEFAULT 0, relacl VARCHAR[], reloptions VARCHAR[], relpartbound VARCHAR,
        tableoid BIGINT DEFAULT 1259""",
    "pg_attribute": """attrelid BIGINT, attname VARCHAR, atttypid BIGINT, attstattarget INTEGER DEFAULT -1, attlen SMALLINT,
        attnum SMALLINT, attndims INTEGER DEFAULT 0, attcacheoff INTEGER DEFAULT -1, atttypmod INTEGER, attbyval BOOLEAN,
        attalign VARCHAR, attstorage VARCHAR DEFAULT 'p', attcompression VARCHAR DEFAULT '', attnotnull BOOLEAN DEFAULT false,
        atthasdef BOOLEAN DEFAULT false, atthasmissing BOOLEAN DEFAULT false, attidentity VARCHAR DEFAULT '',
        attgenerated VARCHAR DEFAULT '', attisdropped BOOLEAN DEFAULT false, attislocal BOOLEAN DEFAULT true,
        attinhcount INTEGER DEFAULT 0, attcollation BIGINT DEFAULT 0, attacl VARCHAR[], attoptions VARCHAR[],
        attfdwoptions VARCHAR[], attmissingval VARCHAR""",
    "pg_type": f"""{_NUMBERED}, typname VARCHAR, typnamespace BIGINT DEFAULT 11, typowner BIGINT DEFAULT {OWNER}, typlen SMALLINT,
        typbyval BOOLEAN DEFAULT false, typtype VARCHAR DEFAULT 'b', typcategory VARCHAR DEFAULT 'U',
        typispreferred BOOLEAN DEFAULT false, typisdefined BOOLEAN DEFAULT true, typdelim VARCHAR DEFAULT ',',
        typrelid BIGINT DEFAULT 0, typsubscript VARCHAR DEFAULT '-', typelem BIGINT DEFAULT 0, typarray BIGINT DEFAULT 0,
        typinput VARCHAR, typoutput VARCHAR, typreceive BIGINT, typsend VARCHAR, typmodin VARCHAR DEFAULT '-',
        typmodout VARCHAR DEFAULT '-', typanalyze VARCHAR DEFAULT '-', typalign VARCHAR DEFAULT 'i',
        typstorage VARCHAR DEFAULT 'x', typnotnull BOOLEAN DEFAULT false, typbasetype BIGINT DEFAULT 0,
        typtypmod INTEGER DEFAULT -1, typndims INTEGER DEFAULT 0, typcollation BIGINT DEFAULT 0, typdefaultbin VARCHAR,
        typdefault VARCHAR, typacl VARCHAR[], sqlname VARCHAR""",
    "pg_constraint": f"""{_NUMBERED}, conname VARCHAR, connamespace BIGINT, contype VARCHAR, condeferrable BOOLEAN DEFAULT false,
        condeferred BOOLEAN DEFAULT false, convalidated BOOLEAN DEFAULT true, conrelid BIGINT, contypid BIGINT DEFAULT 0,
        conindid BIGINT DEFAULT 0, conparentid BIGINT DEFAULT 0, confrelid BIGINT DEFAULT 0, confupdtype VARCHAR DEFAULT ' ',
        confdeltype VARCHAR DEFAULT ' ', confmatchtype VARCHAR DEFAULT ' ', conislocal BOOLEAN DEFAULT true,
        coninhcount INTEGER DEFAULT 0, connoinherit BOOLEAN DEFAULT true, conkey SMALLINT[], confkey SMALLINT[],
        conpfeqop BIGINT[], conppeqop BIGINT[], conffeqop BIGINT[], confdelsetcols SMALLINT[], conexclop BIGINT[], conbin VARCHAR,
        written VARCHAR""",
    "pg_index": """indexrelid BIGINT, indrelid BIGINT, indnatts SMALLINT, indnkeyatts SMALLINT, indisunique BOOLEAN,
        indnullsnotdistinct BOOLEAN, indisprimary BOOLEAN, indisexclusion BOOLEAN, indimmediate BOOLEAN, indisclustered BOOLEAN,
        indisvalid BOOLEAN, indcheckxmin BOOLEAN, indisready BOOLEAN, indislive BOOLEAN, indisreplident BOOLEAN,
        indkey SMALLINT[], indcollation BIGINT[], indclass BIGINT[], indoption SMALLINT[], indexprs VARCHAR, indpred VARCHAR""",
    "pg_description": "objoid BIGINT, classoid BIGINT, objsubid INTEGER, description VARCHAR",
    "pg_shdescription": "objoid BIGINT, classoid BIGINT, description VARCHAR",
    "pg_attrdef": f"{_NUMBERED}, adrelid BIGINT, adnum SMALLINT, adbin VARCHAR",
    "pg_database": f"""{_NUMBERED}, datname VARCHAR, datdba BIGINT DEFAULT {OWNER}, encoding INTEGER DEFAULT 6,
        datlocprovider VARCHAR DEFAULT 'c', datistemplate BOOLEAN DEFAULT false, datallowconn BOOLEAN DEFAULT true,
        datconnlimit INTEGER DEFAULT -1, datcollate VARCHAR DEFAULT 'C', datctype VARCHAR DEFAULT 'C', daticulocale VARCHAR,
        daticurules VARCHAR, datcollversion VARCHAR, dattablespace BIGINT DEFAULT 1663, datacl VARCHAR[]""",
    "pg_roles": f"""rolname VARCHAR, rolsuper BOOLEAN DEFAULT false, rolinherit BOOLEAN DEFAULT true,
        rolcreaterole BOOLEAN DEFAULT false, rolcreatedb BOOLEAN DEFAULT false, rolcanlogin BOOLEAN DEFAULT true,
        rolreplication BOOLEAN DEFAULT false, rolconnlimit INTEGER DEFAULT -1, rolpassword VARCHAR, rolvaliduntil TIMESTAMPTZ,
        rolbypassrls BOOLEAN DEFAULT false, rolconfig VARCHAR[], {_NUMBERED}""",
    "pg_user": """usename VARCHAR, usesysid BIGINT, usecreatedb BOOLEAN DEFAULT false, usesuper BOOLEAN DEFAULT false,
        userepl BOOLEAN DEFAULT false, usebypassrls BOOLEAN DEFAULT false, passwd VARCHAR, valuntil TIMESTAMPTZ,
        useconfig VARCHAR[]""",
    "pg_auth_members": "oid BIGINT, roleid BIGINT, member BIGINT, grantor BIGINT, admin_option BOOLEAN",
    "pg_settings": "name VARCHAR, setting VARCHAR, unit VARCHAR, category VARCHAR, short_desc VARCHAR, source VARCHAR",
    "pg_am": f"{_NUMBERED}, amname VARCHAR, amhandler VARCHAR, amtype VARCHAR",
    "pg_proc": f"""{_NUMBERED}, proname VARCHAR, pronamespace BIGINT, proowner BIGINT, prolang BIGINT, prokind VARCHAR,
        prosecdef BOOLEAN, proretset BOOLEAN, provolatile VARCHAR, pronargs SMALLINT, prorettype BIGINT, proargtypes BIGINT[],
        proallargtypes BIGINT[], proargmodes VARCHAR[], proargnames VARCHAR[], proargdefaults VARCHAR, prosrc VARCHAR,
        proisagg BOOLEAN, proiswindow BOOLEAN, proacl VARCHAR[]""",
    "pg_inherits": "inhrelid BIGINT, inhparent BIGINT, inhseqno INTEGER, inhdetachpending BOOLEAN",
    "pg_policy": """oid BIGINT, polname VARCHAR, polrelid BIGINT, polcmd VARCHAR, polpermissive BOOLEAN, polroles BIGINT[],
        polqual VARCHAR, polwithcheck VARCHAR""",
    "pg_trigger": """oid BIGINT, tgrelid BIGINT, tgparentid BIGINT, tgname VARCHAR, tgfoid BIGINT, tgtype SMALLINT,
        tgenabled VARCHAR, tgisinternal BOOLEAN, tgconstraint BIGINT, tgdeferrable BOOLEAN, tginitdeferred BOOLEAN""",
    "pg_rewrite": "oid BIGINT, rulename VARCHAR, ev_class BIGINT, ev_type VARCHAR, ev_enabled VARCHAR, is_instead BOOLEAN",
    "pg_collation": "oid BIGINT, collname VARCHAR, collnamespace BIGINT, collprovider VARCHAR, collencoding INTEGER",
    "pg_enum": "oid BIGINT, enumtypid BIGINT, enumsortorder FLOAT, enumlabel VARCHAR",
    "pg_range": "rngtypid BIGINT, rngsubtype BIGINT, rngmultitypid BIGINT, rngcollation BIGINT, rngsubopc BIGINT",
    "pg_extension": f"{_NUMBERED}, extname VARCHAR, extowner BIGINT, extnamespace BIGINT, extversion VARCHAR",
    "pg_tablespace": f"{_NUMBERED}, spcname VARCHAR, spcowner BIGINT, spcacl VARCHAR[], spcoptions VARCHAR[]",
    "pg_language": f"{_NUMBERED}, lanname VARCHAR, lanowner BIGINT, lanispl BOOLEAN, lanpltrusted BOOLEAN",
    "pg_depend": """classid BIGINT, objid BIGINT, objsubid INTEGER, refclassid BIGINT, refobjid BIGINT, refobjsubid INTEGER,
        deptype VARCHAR""",
    "pg_sequence": """seqrelid BIGINT, seqtypid BIGINT, seqstart BIGINT, seqincrement BIGINT, seqmax BIGINT, seqmin BIGINT,
        seqcache BIGINT, seqcycle BOOLEAN""",
    "pg_foreign_table": "ftrelid BIGINT, ftserver BIGINT, ftoptions VARCHAR[]",
    "pg_foreign_server": "oid BIGINT, srvname VARCHAR, srvowner BIGINT, srvfdw BIGINT, srvoptions VARCHAR[]",
    "pg_partitioned_table": "partrelid BIGINT, partstrat VARCHAR, partnatts SMALLINT, partattrs SMALLINT[], partexprs VARCHAR",
    "pg_statistic_ext": """oid BIGINT, stxrelid BIGINT, stxname VARCHAR, stxnamespace BIGINT, stxstattarget INTEGER,
        stxkeys SMALLINT[], stxkind VARCHAR[], stxexprs VARCHAR""",
    "pg_publication": "oid BIGINT, pubname VARCHAR, puballtables BOOLEAN, pubviaroot BOOLEAN",
    "pg_publication_rel": "oid BIGINT, prpubid BIGINT, prrelid BIGINT, prqual VARCHAR, prattrs SMALLINT[]",
    "pg_publication_namespace": "oid BIGINT, pnpubid BIGINT, pnnspid BIGINT",
    "pg_opclass": "oid BIGINT, opcmethod BIGINT, opcname VARCHAR, opcnamespace BIGINT, opcintype BIGINT, opcdefault BOOLEAN",
    "pg_event_trigger": "oid BIGINT, evtname VARCHAR, evtevent VARCHAR, evtowner BIGINT, evtfoid BIGINT, evtenabled VARCHAR",
    "pg_foreign_data_wrapper": "oid BIGINT, fdwname VARCHAR, fdwowner BIGINT, fdwhandler BIGINT, fdwoptions VARCHAR[]",
    "pg_tables": """schemaname VARCHAR, tablename VARCHAR, tableowner VARCHAR DEFAULT 'hansa', tablespace VARCHAR,
        hasindexes BOOLEAN DEFAULT false, hasrules BOOLEAN DEFAULT false, hastriggers BOOLEAN DEFAULT false,
        rowsecurity BOOLEAN DEFAULT false""",
    "pg_views": "schemaname VARCHAR, viewname VARCHAR, viewowner VARCHAR, definition VARCHAR",
    "pg_matviews": "schemaname VARCHAR, matviewname VARCHAR, matviewowner VARCHAR, ispopulated BOOLEAN, definition VARCHAR",
    "pg_indexes": "schemaname VARCHAR, tablename VARCHAR, indexname VARCHAR, tablespace VARCHAR, indexdef VARCHAR",
}
_INFO: dict[str, str] = {
    "schemata": """catalog_name VARCHAR, schema_name VARCHAR, schema_owner VARCHAR DEFAULT 'hansa',
        default_character_set_catalog VARCHAR, default_character_set_schema VARCHAR, default_character_set_name VARCHAR,
        sql_path VARCHAR""",
    "tables": """table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, table_type VARCHAR DEFAULT 'BASE TABLE',
        self_referencing_column_name VARCHAR, reference_generation VARCHAR, user_defined_type_catalog VARCHAR,
        user_defined_type_schema VARCHAR, user_defined_type_name VARCHAR, is_insertable_into VARCHAR DEFAULT 'NO',
        is_typed VARCHAR DEFAULT 'NO', commit_action VARCHAR""",
    "columns": """table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, column_name VARCHAR, ordinal_position INTEGER,
        column_default VARCHAR, is_nullable VARCHAR DEFAULT 'YES', data_type VARCHAR, character_maximum_length INTEGER,
        character_octet_length INTEGER, numeric_precision INTEGER, numeric_precision_radix INTEGER, numeric_scale INTEGER,
        datetime_precision INTEGER, interval_type VARCHAR, interval_precision INTEGER, character_set_catalog VARCHAR,
        character_set_schema VARCHAR, character_set_name VARCHAR, collation_catalog VARCHAR, collation_schema VARCHAR,
        collation_name VARCHAR, domain_catalog VARCHAR, domain_schema VARCHAR, domain_name VARCHAR, udt_catalog VARCHAR,
        udt_schema VARCHAR DEFAULT 'pg_catalog', udt_name VARCHAR, scope_catalog VARCHAR, scope_schema VARCHAR,
        scope_name VARCHAR, maximum_cardinality INTEGER, dtd_identifier VARCHAR, is_self_referencing VARCHAR DEFAULT 'NO',
        is_identity VARCHAR DEFAULT 'NO', identity_generation VARCHAR, identity_start VARCHAR, identity_increment VARCHAR,
        identity_maximum VARCHAR, identity_minimum VARCHAR, identity_cycle VARCHAR DEFAULT 'NO',
        is_generated VARCHAR DEFAULT 'NEVER', generation_expression VARCHAR, is_updatable VARCHAR DEFAULT 'NO'""",
    "views": "table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, view_definition VARCHAR",
    "table_constraints": """constraint_catalog VARCHAR, constraint_schema VARCHAR, constraint_name VARCHAR, table_catalog VARCHAR,
        table_schema VARCHAR, table_name VARCHAR, constraint_type VARCHAR, is_deferrable VARCHAR DEFAULT 'NO',
        initially_deferred VARCHAR DEFAULT 'NO', enforced VARCHAR DEFAULT 'YES'""",
    "key_column_usage": """constraint_catalog VARCHAR, constraint_schema VARCHAR, constraint_name VARCHAR, table_catalog VARCHAR,
        table_schema VARCHAR, table_name VARCHAR, column_name VARCHAR, ordinal_position INTEGER,
        position_in_unique_constraint INTEGER""",
    "constraint_column_usage": """table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, column_name VARCHAR,
        constraint_catalog VARCHAR, constraint_schema VARCHAR, constraint_name VARCHAR""",
    "referential_constraints": """constraint_catalog VARCHAR, constraint_schema VARCHAR, constraint_name VARCHAR,
        unique_constraint_catalog VARCHAR, unique_constraint_schema VARCHAR, unique_constraint_name VARCHAR,
        match_option VARCHAR, update_rule VARCHAR, delete_rule VARCHAR""",
    "routines": "routine_catalog VARCHAR, routine_schema VARCHAR, routine_name VARCHAR, routine_type VARCHAR, data_type VARCHAR",
}
_OF_COLUMNS = frozenset({
    "pg_attribute", "pg_constraint", "columns", "table_constraints", "key_column_usage", "constraint_column_usage"
})  # fmt: skip

RELATIONS = {
    **{("pg_catalog", name): Relation(PG, name, columns, name in _OF_COLUMNS) for name, columns in _PG.items()},
    **{("information_schema", name): Relation(INFO, name, columns, name in _OF_COLUMNS) for name, columns in _INFO.items()},
}
"""By the names that clients use."""

NUMBERS = {
    "pg_type": 1247, "pg_attribute": 1249, "pg_proc": 1255, "pg_class": 1259, "pg_database": 1262, "pg_constraint": 2606,
    "pg_description": 2609, "pg_namespace": 2615, "pg_attrdef": 2604, "pg_index": 2610, "pg_trigger": 2620, "pg_rewrite": 2618,
    "pg_extension": 3079, "pg_language": 2612, "pg_policy": 3256, "pg_collation": 3456, "pg_am": 2601, "pg_depend": 2608,
    "pg_authid": 1260, "pg_tablespace": 1213,
}  # fmt: skip
"""Numbers of the catalogue's own relations, by which descriptions and dependencies say what they are of."""
