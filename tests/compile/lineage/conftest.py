"""A grammar of random queries over small random tables, for properties of lineage that hold for every query."""

import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pytest

from hansa.model import Lineage

COLUMNS: dict[str, list[str]] = {
    "t": ["id", "a", "b", "c", "l", "s"],
    "u": ["id", "a", "d", "e"],
    "v": ["k", "b", "x", "l"],
}
LISTS = {"l"}
STRUCTS = {"s"}


@dataclass(frozen=True)
class Column:
    """A column that an expression can mention: how it is written, and what it holds."""

    name: str
    kind: str = "int"
    qualifier: str = ""

    @property
    def text(self) -> str:
        return f"{self.qualifier}.{self.name}" if self.qualifier else self.name


@dataclass(frozen=True)
class Query:
    sql: str
    columns: tuple[Column, ...]


class Grammar:
    """Makes queries that DuckDB accepts most of the time. All of them return the same for the same tables."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.count = 0
        self.ctes: list[tuple[str, tuple[Column, ...]]] = []

    def name(self, prefix: str = "q") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def one_of(self, *ways: Callable[[], str]) -> str:
        return self.dice.choice(ways)()

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    # Statements

    def statement(self) -> str:
        parts = []
        for _ in range(self.dice.choice((0, 0, 1, 2))):
            made = self.recursive() if self.chance(0.2) else self.query(2)
            name = self.name("cte")
            parts.append(f"{name} AS ({made.sql})")
            self.ctes.append((name, made.columns))
            if "recursive_name" in made.sql:
                parts[-1] = parts[-1].replace("recursive_name", name)
        body = self.query(3).sql
        return f"WITH RECURSIVE {', '.join(parts)} {body}" if parts else body

    def recursive(self) -> Query:
        first = self.query(1)
        ints = [c.name for c in first.columns if c.kind == "int"]
        if not ints:
            return first
        start, step = self.name("n"), self.name("r")
        source, other = self.dice.choice(("t", "u")), self.dice.choice(ints)
        link = self.dice.choice(("a", "id"))
        added = self.dice.choice(("1", f"{source}.{link}"))
        columns = (Column(start), Column("depth"))
        union = self.dice.choice(("UNION", "UNION ALL"))
        sql = (
            f"SELECT {other} AS {start}, 0 AS depth FROM ({first.sql}) {union} "
            f"SELECT ({step}.{start} + {added}) % 5, {step}.depth + 1 "
            f"FROM recursive_name {step} JOIN {source} ON {step}.{start} = {source}.{link} WHERE {step}.depth < 2"
        )
        return Query(sql, columns)

    def query(self, depth: int) -> Query:
        ways: list[Callable[[int], Query]] = [self.select] * 6
        if depth > 0:
            ways += [self.grouped] * 4 + [
                self.combined,
                self.combined,
                self.pivot,
                self.unpivot,
                self.starred,
                self.starred,
                self.columns,
            ]
        return self.dice.choice(ways)(depth - 1)

    # FROM

    def source(self, depth: int) -> tuple[str, tuple[Column, ...]]:
        """A source with an alias and its columns, qualified."""
        alias = self.name("s")
        roll = self.dice.random()
        if self.ctes and roll < 0.25:
            table, columns = self.dice.choice(self.ctes)
            return f"{table} AS {alias}", tuple(Column(c.name, c.kind, alias) for c in columns)
        if depth > 0 and roll < 0.5:
            inner = self.query(depth)
            return f"({inner.sql}) AS {alias}", tuple(Column(c.name, c.kind, alias) for c in inner.columns)
        if roll < 0.55:
            return f"(VALUES (1, 2), (0, 3)) AS {alias}(p, q)", (Column("p", "int", alias), Column("q", "int", alias))
        if roll < 0.6:
            return f"generate_series(0, 2) AS {alias}(g)", (Column("g", "int", alias),)
        table = self.dice.choice(list(COLUMNS))
        return f"{table} AS {alias}", tuple(Column(c, kind_of(c), alias) for c in COLUMNS[table])

    def from_(self, depth: int) -> tuple[str, list[Column]]:
        text, first = self.source(depth)
        visible = list(first)
        for _ in range(self.dice.choice((0, 0, 1, 1, 2))):
            text, visible = self.joined(text, visible, depth)
        return text, visible

    def joined(self, text: str, visible: list[Column], depth: int) -> tuple[str, list[Column]]:
        lists = [c for c in visible if c.kind == "list"]
        roll = self.dice.random()
        alias = self.name("j")
        if lists and roll < 0.2:
            return f"{text}, unnest({self.dice.choice(lists).text}) AS {alias}(w)", [*visible, Column("w", "int", alias)]
        if roll < 0.3:
            inner = f"SELECT {self.number(visible, 1)} AS m, {self.number(visible, 1)} AS n WHERE {self.truth(visible, 0)}"
            side = self.dice.choice((", LATERAL ({}) AS {}", " LEFT JOIN LATERAL ({}) AS {} ON true"))
            return text + side.format(inner, alias), [*visible, Column("m", "int", alias), Column("n", "int", alias)]
        right, columns = self.source(depth)
        both = [*visible, *columns]
        shared = [c.name for c in columns if c.kind == "int" and sum(v.name == c.name for v in visible) == 1]
        if shared and roll < 0.5:
            kind = self.dice.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN"))
            using = self.dice.choice(shared)
            kept = visible if kind[:4] in ("SEMI", "ANTI") else both
            # Afterwards the merged column has a name without a qualifier.
            merged = [Column(using), *(c for c in kept if c.name != using)]
            return f"{text} {kind} {right} USING ({using})", merged
        if roll < 0.6:
            left_key, right_key = self.key(visible), self.key(columns)
            kind = self.dice.choice(("SEMI", "ANTI"))
            return f"{text} {kind} JOIN {right} ON {left_key} = {right_key}", visible
        kind = self.dice.choice(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", ",", "CROSS JOIN"))
        if kind in (",", "CROSS JOIN"):
            return f"{text} {kind} {right}", both
        extra = f" AND {self.truth(both, 0)}" if self.chance(0.3) and kind == "JOIN" else ""
        return f"{text} {kind} {right} ON {self.key(visible)} = {self.key(columns)}{extra}", both

    # Expressions

    def key(self, visible: Sequence[Column]) -> str:
        ints = [c.text for c in visible if c.kind == "int"]
        return self.dice.choice(ints) if ints else "1"

    def number(self, visible: Sequence[Column], depth: int) -> str:
        structs = [c for c in visible if c.kind == "struct"]
        lists = [c for c in visible if c.kind == "list"]
        plain: list[Callable[[], str]] = [lambda: self.key(visible)] * 4
        if structs:
            field = self.dice.choice(("f", "g"))
            struct = self.dice.choice(structs)
            plain += [lambda: f"{struct.text}.{field}" if not struct.qualifier else f"{struct.text}['{field}']"]
            plain += [lambda: f"struct_extract({struct.text}, '{field}')"]
        if lists:
            chosen = self.dice.choice(lists).text
            plain += [lambda: f"{chosen}[1]", lambda: f"list_sum({chosen})", lambda: f"len({chosen})"]
            if depth > 0:
                plain += [
                    lambda: f"list_sum(list_transform({chosen}, lambda y: y + {self.number(visible, 0)}))",
                    lambda: f"list_sum([y * 2 FOR y IN {chosen} IF y > {self.number(visible, 0)}])",
                    lambda: f"len(list_filter({chosen}, lambda y: y > {self.number(visible, 0)}))",
                ]
        if depth <= 0:
            return self.one_of(*plain)

        def n() -> str:
            return self.number(visible, depth - 1)

        def t() -> str:
            return self.truth(visible, depth - 1)

        return self.one_of(
            *plain,
            lambda: f"({n()} + {n()})",
            lambda: f"({n()} * 2 % 5)",
            lambda: f"CASE WHEN {t()} THEN {n()} ELSE {n()} END",
            lambda: f"CASE {n()} WHEN 1 THEN {n()} WHEN 2 THEN {n()} END",
            lambda: f"coalesce({n()}, {n()})",
            lambda: f"nullif({n()}, {n()})",
            lambda: f"if({t()}, {n()}, {n()})",
            lambda: f"greatest({n()}, {n()})",
            lambda: f"{{'p': {n()}, 'q': {n()}}}.p",
            lambda: f"({t()})::INT",
            lambda: self.scalar(visible),
            lambda: self.scalar(visible),
        )

    def scalar(self, visible: Sequence[Column]) -> str:
        table = self.dice.choice(list(COLUMNS))
        alias = self.name("z")
        inner = [Column(c, "int", alias) for c in COLUMNS[table] if kind_of(c) == "int"]
        aggregate = self.dice.choice(("max", "sum", "count", "min"))
        where = f"{self.key(inner)} = {self.key(visible)}" if self.chance(0.7) else f"{self.key(inner)} > 1"
        return f"(SELECT {aggregate}({self.key(inner)}) FROM {table} AS {alias} WHERE {where})"

    def truth(self, visible: Sequence[Column], depth: int) -> str:
        def n() -> str:
            return self.number(visible, min(depth - 1, 0))

        simple = [
            lambda: f"{n()} > {n()}",
            lambda: f"{n()} IN (1, {n()})",
            lambda: f"{n()} IS NULL",
            lambda: f"{n()} BETWEEN 0 AND 2",
            lambda: f"NOT ({n()} = 1)",
        ]
        if depth <= 0:
            return self.one_of(*simple)
        table = self.dice.choice(list(COLUMNS))
        alias = self.name("y")
        inner = [Column(c, "int", alias) for c in COLUMNS[table] if kind_of(c) == "int"]
        return self.one_of(
            *simple,
            lambda: f"({self.truth(visible, 0)} OR {self.truth(visible, 0)})",
            lambda: f"EXISTS (SELECT 1 FROM {table} AS {alias} WHERE {self.key(inner)} = {self.key(visible)})",
            lambda: f"{n()} IN (SELECT {self.key(inner)} FROM {table} AS {alias} WHERE {self.truth(inner, 0)})",
            lambda: f"{n()} > ANY (SELECT {self.key(inner)} FROM {table} AS {alias})",
        )

    def window(self, visible: Sequence[Column], over: str = "") -> str:
        spec = over or f"({self.window_spec(visible)})"
        function = self.dice.choice(("sum", "max", "count", "avg", "rank", "dense_rank", "first_value"))
        argument = "" if "rank" in function else self.number(visible, 0)
        if function == "first_value":
            return f"first_value({argument}) OVER (PARTITION BY {argument} ORDER BY {argument})"
        kept = f" FILTER (WHERE {self.truth(visible, 0)})" if argument and self.chance(0.2) else ""
        return f"{function}({argument}){kept} OVER {spec}"

    def window_spec(self, visible: Sequence[Column]) -> str:
        parts = [f"PARTITION BY {self.number(visible, 0)}"] if self.chance(0.7) else []
        return " ".join([*parts, f"ORDER BY {self.number(visible, 0)}"])

    def aggregate(self, visible: Sequence[Column]) -> str:
        function = self.dice.choice(("sum", "min", "max", "avg", "count", "count(DISTINCT", "median", "bool_or"))
        argument = self.truth(visible, 1) if function == "bool_or" else self.number(visible, 1)
        call = f"{function} {argument})" if "(" in function else f"{function}({argument})"
        if self.chance(0.15):
            ordered = self.number(visible, 0)
            return f"list_sum(list({argument}::INT ORDER BY {ordered})[1:2])" if function != "bool_or" else "count(*)"
        if self.chance(0.2):
            call += f" FILTER (WHERE {self.truth(visible, 0)})"
        return call

    # SELECT

    def select(self, depth: int) -> Query:
        text, visible = self.from_(depth)
        items: list[str] = []
        columns: list[Column] = []
        named = self.chance(0.2)
        aliases: list[Column] = []
        for _ in range(self.dice.randint(1, 4)):
            name = self.name("o")
            lists = [c for c in visible if c.kind != "int"]
            if lists and self.chance(0.1):
                chosen = self.dice.choice(lists)
                items.append(f"{chosen.text} AS {name}")
                columns.append(Column(name, chosen.kind))
                continue
            if self.chance(0.04) and any(c.kind == "list" for c in lists):
                items.append(f"unnest({next(c for c in lists if c.kind == 'list').text}) AS {name}")
                columns.append(Column(name))
                continue
            if self.chance(0.2):
                value = self.window(visible, "w" if named else "")
            else:
                value = self.number([*visible, *aliases], 2)
                aliases.append(Column(name))
            items.append(f"{value} AS {name}")
            columns.append(Column(name))
        where = f" WHERE {self.truth([*visible, *aliases[:1]] if self.chance(0.3) else visible, 2)}" if self.chance(0.4) else ""
        window = f" WINDOW w AS ({self.window_spec(visible)})" if named else ""
        qualify = ""
        if self.chance(0.15):
            qualify = f" QUALIFY {self.window(visible, 'w' if named else '')} > 1"
        listed = ", ".join(items)
        distinct = "DISTINCT " if self.chance(0.15) else ""
        if not distinct and self.chance(0.1):
            return Query(f"FROM {text} SELECT {listed}{where}{window}{qualify}", tuple(columns))
        sql = f"SELECT {distinct}{listed} FROM {text}{where}{window}{qualify}"
        return Query(self.ended(sql, columns), tuple(columns))

    def ended(self, sql: str, columns: Sequence[Column]) -> str:
        if any(c.kind == "struct" for c in columns) or "unnest(" in sql:
            return sql
        if self.chance(0.12):
            return f"{sql} ORDER BY ALL LIMIT {self.dice.randint(1, 4)}"
        if self.chance(0.1):
            places = ", ".join(str(i + 1) for i in range(len(columns)))
            return f"{sql} ORDER BY {places} LIMIT 3 OFFSET 1"
        return sql

    def grouped(self, depth: int) -> Query:
        text, visible = self.from_(depth)
        keys = [f"{self.number(visible, 1)} AS {self.name('g')}" for _ in range(self.dice.randint(0, 2))]
        keys = [k for k in keys if "(SELECT" not in k]
        names = [k.rsplit(" AS ", 1)[1] for k in keys]
        values = [f"{self.aggregate(visible)} AS {self.name('o')}" for _ in range(self.dice.randint(1, 3))]
        where = f" WHERE {self.truth(visible, 1)}" if self.chance(0.3) else ""
        by = ""
        if keys:
            expressions = [k.rsplit(" AS ", 1)[0] for k in keys]
            places = [str(i + 1) for i in range(len(keys))]
            by = " GROUP BY " + self.dice.choice(
                ("ALL", ", ".join(places), ", ".join(names), ", ".join(expressions), f"ROLLUP ({', '.join(expressions)})")
            )
        having = f" HAVING {self.aggregate(visible)} IS NOT NULL" if self.chance(0.3) else ""
        if having and self.chance(0.4):
            having = f" HAVING {values[0].rsplit(' AS ', 1)[1]} IS NOT NULL"
        columns = tuple(Column(n) for n in (*names, *(v.rsplit(" AS ", 1)[1] for v in values)))
        sql = f"SELECT {', '.join([*keys, *values])} FROM {text}{where}{by}{having}"
        return Query(self.ended(sql, columns), columns)

    def combined(self, depth: int) -> Query:
        left, right = self.query(depth), self.query(depth)
        width = min(len(left.columns), len(right.columns))
        if any(c.kind != "int" for c in (*left.columns[:width], *right.columns[:width])):
            return left
        kind = self.dice.choice(("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "UNION BY NAME", "UNION ALL BY NAME"))
        one, two = self.name("s"), self.name("s")
        listed = ", ".join(f"{c.name}::DOUBLE AS {c.name}" for c in left.columns[:width])
        if "BY NAME" in kind:
            names = [c.name for c in left.columns[: width - 1]] + [self.name("n")]
        else:
            names = [c.name for c in right.columns[:width]]
        other = ", ".join(f"{c.name}::DOUBLE AS {n}" for c, n in zip(right.columns, names, strict=False))
        columns = left.columns[:width]
        if "BY NAME" in kind:
            columns = (*columns, Column(names[-1]))
        sql = f"SELECT {listed} FROM ({left.sql}) AS {one} {kind} SELECT {other} FROM ({right.sql}) AS {two}"
        return Query(self.ended(sql, columns), columns)

    def pivot(self, depth: int) -> Query:
        inner = self.query(depth)
        ints = [c.name for c in inner.columns if c.kind == "int"]
        if len(ints) < 2 or any(c.kind != "int" for c in inner.columns):
            return inner
        on, value = ints[0], ints[1]
        group = f" GROUP BY {ints[2]}" if len(ints) > 2 and self.chance(0.5) else ""
        kept = [Column(n) for n in (ints[2:3] if group else ints[2:])]
        several = self.chance(0.4)
        aggregates = f"sum({value}) AS p, max({value}) AS m" if several else f"sum({value})"
        names = [f'"{v}{s}"' for v in (0, 1, 2) for s in (("_p", "_m") if several else ("",))]
        source = f"(SELECT * REPLACE (({on})::INT AS {on}) FROM ({inner.sql}))"
        columns = (*kept, *(Column(n) for n in names))
        if self.chance(0.5):
            return Query(f"SELECT * FROM (PIVOT {source} ON {on} IN (0, 1, 2) USING {aggregates}{group})", columns)
        return Query(f"SELECT * FROM {source} PIVOT ({aggregates} FOR {on} IN (0, 1, 2){group})", columns)

    def unpivot(self, depth: int) -> Query:
        inner = self.query(depth)
        if len(inner.columns) < 2 or any(c.kind != "int" for c in inner.columns):
            return inner
        turned = inner.columns[:2]
        kept = inner.columns[2:]
        name, value = self.name("n"), self.name("v")
        source = f"(SELECT {', '.join(f'{c.name}::DOUBLE AS {c.name}' for c in inner.columns)} FROM ({inner.sql}))"
        listed = ", ".join(c.name for c in turned)
        columns = (*kept, Column(name, "text"), Column(value))
        if self.chance(0.5):
            return Query(f"SELECT * FROM (UNPIVOT {source} ON {listed} INTO NAME {name} VALUE {value})", columns)
        return Query(f"SELECT * FROM {source} UNPIVOT ({value} FOR {name} IN ({listed}))", columns)

    def starred(self, depth: int) -> Query:
        """`*` with EXCLUDE, REPLACE and RENAME, over one source so that names are known."""
        text, columns = self.source(depth)
        alias = columns[0].qualifier
        kept = [Column(c.name, c.kind) for c in columns]
        star = self.dice.choice(("*", f"{alias}.*"))
        if len(kept) > 1 and self.chance(0.5):
            gone = self.dice.choice(kept)
            kept.remove(gone)
            star += f" EXCLUDE ({gone.name})"
        ints = [c for c in kept if c.kind == "int"]
        if ints and self.chance(0.5):
            star += f" REPLACE ({self.number(columns, 1)} AS {self.dice.choice(ints).name})"
        elif kept and self.chance(0.3):
            old, new = self.dice.choice(kept), self.name("o")
            star += f" RENAME ({old.name} AS {new})"
            kept = [Column(new, c.kind) if c is old else c for c in kept]
        extra = self.name("o")
        where = f" WHERE {self.truth(columns, 1)}" if self.chance(0.3) else ""
        return Query(f"SELECT {star}, {self.number(columns, 1)} AS {extra} FROM {text}{where}", (*kept, Column(extra)))

    def columns(self, depth: int) -> Query:
        """`COLUMNS(…)` in its forms, over one table."""
        table = self.dice.choice(("t", "u", "v"))
        ints = [c for c in COLUMNS[table] if kind_of(c) == "int"]
        some = sorted(self.dice.sample(ints, 2), key=ints.index)
        form = self.dice.choice(
            (
                f"COLUMNS('^({'|'.join(some)})$')",
                f"COLUMNS({some!r})",
                f"COLUMNS(lambda c: c IN ('{some[0]}', '{some[1]}'))",
                f"COLUMNS(lambda c: c = '{some[0]}' OR c LIKE '{some[1]}')",
                f"COLUMNS(* EXCLUDE ({', '.join(c for c in COLUMNS[table] if c not in some)}))",
            )
        )
        visible = [Column(c) for c in ints]
        item = self.dice.choice(
            (form, f"{form} + {self.number(visible, 0)}", f"max({form}) OVER (PARTITION BY {self.key(visible)})")
        )
        return Query(f"SELECT {item} FROM {table}", tuple(Column(c) for c in some))


def kind_of(column: str) -> str:
    return "list" if column in LISTS else "struct" if column in STRUCTS else "int"


@pytest.fixture
def columns() -> dict[str, list[str]]:
    """The tables of the grammar: name to columns. All hold small whole numbers but `l`, a list, and `s`, a struct."""
    return COLUMNS


@pytest.fixture
def random_statement() -> Callable[[int], str]:
    return lambda seed: Grammar(seed).statement()


TYPES = {"int": "INT", "list": "INT[]", "struct": "STRUCT(f INT, g INT)"}
Table = dict[str, list[str]]
Outcome = tuple[list[str], list[list[str]]]


class Database:
    """Small random tables in a real DuckDB, twice, and besides each of their columns made anew, twice.

    Every variant is a schema; which one a query sees is set by the search path.
    """

    WORLDS = 2
    VARIANTS = 2

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        # Rows keep their order, so that a result depends on the tables alone.
        self.connection.execute("SET threads = 1")
        self.connection.execute("PRAGMA disable_optimizer")
        dice = random.Random(7)
        for world in range(self.WORLDS):
            for table, columns in COLUMNS.items():
                content = {c: [value(dice, c) for _ in range(5)] for c in columns}
                self._put(f"w{world}", table, content)
                for column in columns:
                    for variant in range(self.VARIANTS):
                        anew = {**content, column: [value(dice, column) for _ in range(5)]}
                        self._put(f"w{world}_{table}_{column}_{variant}", table, anew)

    def _put(self, schema: str, table: str, content: Table) -> None:
        listed = ", ".join(f"{c} {TYPES[kind_of(c)]}" for c in content)
        rows = ", ".join(f"({', '.join(row)})" for row in zip(*content.values(), strict=True))
        self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        self.connection.execute(f"CREATE TABLE {schema}.{table} ({listed})")
        self.connection.execute(f"INSERT INTO {schema}.{table} VALUES {rows}")

    def result(self, sql: str, path: str = "w0") -> Outcome:
        """The names of a result's columns, and the values of each without regard to the order of rows."""
        self.connection.execute(f"SET search_path = '{path}'")
        cursor = self.connection.execute(sql)
        names = [d[0] for d in cursor.description or ()]
        rows = cursor.fetchall()
        return names, [sorted(repr(row[i]) for row in rows) for i in range(len(names))]

    def missing(self, sql: str, lineage: Lineage) -> set[tuple[int, str, str]]:
        """What an output column, by its place, depends on by experiment and not by its lineage."""
        rows = {(r.table, r.column) for r in lineage.rows}
        known = [rows | {(r.table, r.column) for r in c.reads} for c in lineage.columns]
        found: set[tuple[int, str, str]] = set()
        for world in range(self.WORLDS):
            _, before = self.result(sql, f"w{world}")
            for table, column in ((t, c) for t, columns in COLUMNS.items() for c in columns):
                without = [i for i, k in enumerate(known) if (table, column) not in k]
                for variant in range(self.VARIANTS if without else 0):
                    with contextlib.suppress(duckdb.Error):  # a value may be wrong for a cast or a subscript
                        _, after = self.result(sql, f"w{world}_{table}_{column}_{variant},w{world}")
                        found |= {(i, table, column) for i in without if before[i] != after[i]}
        return found


def value(dice: random.Random, column: str) -> str:
    def number() -> str:
        return dice.choice(("NULL", "0", "1", "2", "3"))

    match kind_of(column):
        case "list":
            return f"[{', '.join(dice.choice('0123') for _ in range(dice.randint(0, 3)))}]"
        case "struct":
            return f"{{'f': {number()}, 'g': {number()}}}"
        case _:
            return number()


@pytest.fixture(scope="session")
def database() -> Database:
    return Database()
