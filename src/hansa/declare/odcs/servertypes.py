"""The types of server that ODCS 3.2.0 knows: the keys that each needs, and those that it allows."""

from hansa.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ServerType:
    required: frozenset[str]
    optional: frozenset[str]


def _keys(required: str, optional: str) -> ServerType:
    return ServerType(frozenset(required.split()), frozenset(optional.split()))


_POSTGRES = _keys("host port database schema", "")
_ZEN = _keys("host database", "port")
_POET = _keys("database", "host port")
_INGRES = _keys("database host", "port")
_FOUND_BY_PORT = _keys("host port database", "")

SERVER_TYPES = {
    "api": _keys("location", ""),
    "athena": _keys("schema", "stagingDir catalog regionName workgroup"),
    "azure": _keys("location format", "encoding delimiter"),
    "bigquery": _keys("project dataset", ""),
    "btrieve": _ZEN,
    "clickhouse": _FOUND_BY_PORT,
    "cloudsql": _POSTGRES,
    "custom": _keys(
        "",
        "account catalog database dataset delimiter endpointUrl format encoding host location path port project region "
        "regionName schema serviceName stagingDir warehouse stream",
    ),
    "databricks": _keys("catalog schema", "host"),
    "db2": _keys("host port database", "schema"),
    "denodo": _keys("host port", "database"),
    "dremio": _keys("host port", "schema"),
    "duckdb": _keys("database", "schema"),
    "exasol": _keys("host", "port schema"),
    "fastobjects": _POET,
    "glue": _keys("account database", "location format encoding"),
    "hana": _keys("host", "port database schema"),
    "hive": _ZEN,
    "iceberg": _keys("catalog catalogUrl", "namespace warehouse"),
    "impala": _ZEN,
    "informix": _ZEN,
    "ingres": _INGRES,
    "kafka": _keys("host", "format encoding"),
    "kinesis": _keys("", "region format encoding"),
    "local": _keys("path format", "encoding"),
    "mysql": _FOUND_BY_PORT,
    "oracle": _keys("host port serviceName", ""),
    "poet": _POET,
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "presto": _keys("host", "catalog schema"),
    "pubsub": _keys("project", ""),
    "redshift": _keys("database schema", "host region account"),
    "s3": _keys("location", "endpointUrl format encoding delimiter"),
    "sftp": _keys("location", "format encoding delimiter"),
    "snowflake": _keys("account database schema", "host port warehouse"),
    "sqlserver": _keys("host database schema", "port"),
    "synapse": _FOUND_BY_PORT,
    "teradata": _keys("host", "port database"),
    "trino": _keys("host port catalog schema", ""),
    "vectorwise": _INGRES,
    "versant": _POET,
    "vertica": _POSTGRES,
    "zen": _ZEN,
}

SINCE = {
    **dict.fromkeys(("hive", "impala", "zen"), (3, 1)),
    **dict.fromkeys(
        ("btrieve", "exasol", "fastobjects", "hana", "iceberg", "ingres", "poet", "teradata", "vectorwise", "versant"),
        (3, 2),
    ),
}
"""The version that brought a type, where it was not there from the start."""
