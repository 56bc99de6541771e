"""The schemas of the metadata that Flight SQL clients ask for, to the letter: drivers read the columns by place."""

import pyarrow as pa

_TEXT, _INT = pa.utf8(), pa.int32()


def _needed(name: str, type_: pa.DataType) -> pa.Field:
    return pa.field(name, type_, nullable=False)


CATALOGS = pa.schema([_needed("catalog_name", _TEXT)])
DB_SCHEMAS = pa.schema([pa.field("catalog_name", _TEXT), _needed("db_schema_name", _TEXT)])
TABLES = pa.schema(
    [
        pa.field("catalog_name", _TEXT),
        pa.field("db_schema_name", _TEXT),
        _needed("table_name", _TEXT),
        _needed("table_type", _TEXT),
    ]
)
TABLES_WITH_SCHEMA = TABLES.append(_needed("table_schema", pa.binary()))
TABLE_TYPES = pa.schema([_needed("table_type", _TEXT)])
PRIMARY_KEYS = pa.schema(
    [
        pa.field("catalog_name", _TEXT),
        pa.field("db_schema_name", _TEXT),
        _needed("table_name", _TEXT),
        _needed("column_name", _TEXT),
        pa.field("key_name", _TEXT),
        _needed("key_sequence", _INT),
    ]
)
FOREIGN_KEYS = pa.schema(
    [
        pa.field("pk_catalog_name", _TEXT),
        pa.field("pk_db_schema_name", _TEXT),
        _needed("pk_table_name", _TEXT),
        _needed("pk_column_name", _TEXT),
        pa.field("fk_catalog_name", _TEXT),
        pa.field("fk_db_schema_name", _TEXT),
        _needed("fk_table_name", _TEXT),
        _needed("fk_column_name", _TEXT),
        _needed("key_sequence", _INT),
        pa.field("fk_key_name", _TEXT),
        pa.field("pk_key_name", _TEXT),
        _needed("update_rule", pa.uint8()),
        _needed("delete_rule", pa.uint8()),
    ]
)
XDBC_TYPES = pa.schema(
    [
        _needed("type_name", _TEXT),
        _needed("data_type", _INT),
        pa.field("column_size", _INT),
        pa.field("literal_prefix", _TEXT),
        pa.field("literal_suffix", _TEXT),
        pa.field("create_params", pa.list_(_needed("item", _TEXT))),
        _needed("nullable", _INT),
        _needed("case_sensitive", pa.bool_()),
        _needed("searchable", _INT),
        pa.field("unsigned_attribute", pa.bool_()),
        _needed("fixed_prec_scale", pa.bool_()),
        pa.field("auto_increment", pa.bool_()),
        pa.field("local_type_name", _TEXT),
        pa.field("minimum_scale", _INT),
        pa.field("maximum_scale", _INT),
        _needed("sql_data_type", _INT),
        pa.field("datetime_subcode", _INT),
        pa.field("num_prec_radix", _INT),
        pa.field("interval_precision", _INT),
    ]
)
SQL_INFO_VALUES = pa.dense_union(
    [
        pa.field("string_value", _TEXT),
        pa.field("bool_value", pa.bool_()),
        pa.field("bigint_value", pa.int64()),
        pa.field("int32_bitmask", _INT),
        pa.field("string_list", pa.list_(_TEXT)),
        pa.field("int32_to_int32_list_map", pa.map_(_INT, pa.list_(_INT))),
    ]
)
SQL_INFO = pa.schema([_needed("info_name", pa.uint32()), pa.field("value", SQL_INFO_VALUES, nullable=False)])
