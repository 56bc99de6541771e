# ruff: noqa: E501 - names of columns and SQL are easier to read in long lines
"""Questions of the shape of TPC-H: direct lineage is exact, and the columns are those that DuckDB returns."""

import duckdb
import pytest
import sqlglot

from hansa.compile.lineage import lineage_of

_COLUMNS = {
    "lineitem": "l_orderkey l_partkey l_suppkey l_linenumber l_quantity l_extendedprice l_discount l_tax l_returnflag l_linestatus l_shipdate l_commitdate l_receiptdate l_shipmode",
    "orders": "o_orderkey o_custkey o_orderstatus o_totalprice o_orderdate o_orderpriority o_shippriority",
    "customer": "c_custkey c_name c_address c_nationkey c_phone c_acctbal c_mktsegment",
    "part": "p_partkey p_name p_mfgr p_brand p_type p_size p_container",
    "supplier": "s_suppkey s_name s_address s_nationkey s_phone s_acctbal",
    "partsupp": "ps_partkey ps_suppkey ps_availqty ps_supplycost",
    "nation": "n_nationkey n_name n_regionkey",
    "region": "r_regionkey r_name",
}
TABLES = {table: columns.split() for table, columns in _COLUMNS.items()}
TEXTS = ("name", "flag", "status", "address", "phone", "segment", "priority", "mfgr", "brand", "type", "container", "mode")

# A statement, and for each of its columns what it is made of: a plus behind what is aggregated, nothing behind what is copied.
QUESTIONS = (
    (
        "SELECT l_returnflag, l_linestatus, sum(l_quantity) AS sum_qty, sum(l_extendedprice * (1 - l_discount)) AS sum_disc, avg(l_discount) AS avg_disc, count(*) AS n FROM lineitem WHERE l_shipdate <= 20 GROUP BY l_returnflag, l_linestatus ORDER BY 1, 2",
        ("l_returnflag", "l_linestatus", "l_quantity+", "l_discount+ l_extendedprice+", "l_discount+", ""),
    ),
    (
        "SELECT s_acctbal, s_name, n_name, p_partkey FROM part, supplier, partsupp, nation, region WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND p_size = 15 AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND ps_supplycost = (SELECT min(ps_supplycost) FROM partsupp, supplier WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey) ORDER BY s_acctbal DESC LIMIT 100",
        ("s_acctbal", "s_name", "n_name", "p_partkey"),
    ),
    (
        "SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate FROM customer, orders, lineitem WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND c_mktsegment = 'BUILDING' GROUP BY l_orderkey, o_orderdate ORDER BY revenue DESC, o_orderdate",
        ("l_orderkey", "l_discount+ l_extendedprice+", "o_orderdate"),
    ),
    (
        "SELECT o_orderpriority, count(*) AS order_count FROM orders WHERE EXISTS (SELECT * FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate) GROUP BY o_orderpriority",
        ("o_orderpriority", ""),
    ),
    (
        "SELECT supp_nation, cust_nation, l_year, sum(volume) AS revenue FROM (SELECT n1.n_name AS supp_nation, n2.n_name AS cust_nation, l_shipdate // 365 AS l_year, l_extendedprice * (1 - l_discount) AS volume FROM supplier, lineitem, orders, customer, nation n1, nation n2 WHERE s_suppkey = l_suppkey AND o_orderkey = l_orderkey AND c_custkey = o_custkey AND s_nationkey = n1.n_nationkey AND c_nationkey = n2.n_nationkey) AS shipping GROUP BY ALL",
        ("n_name", "n_name", "l_shipdate~", "l_discount+ l_extendedprice+"),
    ),
    (
        "SELECT o_year, sum(CASE WHEN nation = 'BRAZIL' THEN volume ELSE 0 END) / sum(volume) AS mkt_share FROM (SELECT o_orderdate // 365 AS o_year, l_extendedprice * (1 - l_discount) AS volume, n_name AS nation FROM lineitem JOIN orders ON l_orderkey = o_orderkey JOIN supplier ON s_suppkey = l_suppkey JOIN nation ON s_nationkey = n_nationkey) AS all_nations GROUP BY o_year",
        ("o_orderdate~", "l_discount+ l_extendedprice+"),
    ),
    (
        "SELECT c_count, count(*) AS custdist FROM (SELECT c_custkey, count(o_orderkey) FROM customer LEFT JOIN orders ON c_custkey = o_custkey GROUP BY c_custkey) AS c_orders (c_custkey, c_count) GROUP BY c_count",
        ("o_orderkey+", ""),
    ),
    (
        "SELECT 100 * sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) / sum(l_extendedprice * (1 - l_discount)) AS promo FROM lineitem, part WHERE l_partkey = p_partkey",
        ("l_discount+ l_extendedprice+",),
    ),
    (
        "WITH revenue AS (SELECT l_suppkey AS supplier_no, sum(l_extendedprice * (1 - l_discount)) AS total FROM lineitem GROUP BY l_suppkey) SELECT s_suppkey, s_name, total FROM supplier, revenue WHERE s_suppkey = supplier_no AND total = (SELECT max(total) FROM revenue)",
        ("s_suppkey", "s_name", "l_discount+ l_extendedprice+"),
    ),
    (
        "SELECT p_brand, count(DISTINCT ps_suppkey) AS supplier_cnt FROM partsupp, part WHERE p_partkey = ps_partkey AND ps_suppkey NOT IN (SELECT s_suppkey FROM supplier WHERE s_address LIKE '%Complaints%') GROUP BY p_brand",
        ("p_brand", "ps_suppkey+"),
    ),
    (
        "SELECT c_name, c_custkey, o_totalprice, sum(l_quantity) AS quantity FROM customer, orders, lineitem WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 300) AND c_custkey = o_custkey AND o_orderkey = l_orderkey GROUP BY c_name, c_custkey, o_totalprice",
        ("c_name", "c_custkey", "o_totalprice", "l_quantity+"),
    ),
    (
        "SELECT cntrycode, count(*) AS numcust, sum(c_acctbal) AS totacctbal FROM (SELECT substring(c_phone, 1, 2) AS cntrycode, c_acctbal FROM customer WHERE c_acctbal > (SELECT avg(c_acctbal) FROM customer) AND NOT EXISTS (SELECT * FROM orders WHERE o_custkey = c_custkey)) AS custsale GROUP BY cntrycode",
        ("c_phone~", "", "c_acctbal+"),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table, columns in TABLES.items():
        listed = ", ".join(f"{c} {'VARCHAR' if any(t in c for t in TEXTS) else 'INTEGER'}" for c in columns)
        connection.execute(f"CREATE TABLE {table} ({listed})")
    return connection


@pytest.mark.parametrize(("sql", "made_of"), QUESTIONS)
def test_direct_lineage_is_exact(sql: str, made_of: tuple[str, ...], warehouse: duckdb.DuckDBPyConnection) -> None:
    lineage = lineage_of(sqlglot.parse_one(sql, read="duckdb"), TABLES)
    signs = {"identity": "", "transformation": "~", "aggregation": "+"}
    found = [" ".join(f"{r.column}{signs[r.subtype]}" for r in c.reads if r.subtype.direct) for c in lineage.columns]
    assert tuple(found) == made_of
    assert lineage.unresolved == ()
    assert [c.column for c in lineage.columns] == [d[0] for d in warehouse.execute(sql).description or ()]
