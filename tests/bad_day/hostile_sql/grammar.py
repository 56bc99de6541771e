"""Random SELECTs over the clinic: joins, subqueries, windows, pivots, CTEs that shadow, and now and then what is hidden.

Casts and comparisons stand among them that raise an error on hidden rows, and on none that the reader sees.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

NUMBERS = ("patient_id", "visits", "cost")
TEXTS = ("region", "email")
DATES = ("born",)
VISIBLE = (*NUMBERS, *TEXTS, *DATES, "diagnosis", "tags", "address")
HIDDEN = ("name", "rowid", "filename")
NAMES = ("clinic.patients", "clinic.patients.patients", "clinic.patients.patients_v1", '"clinic"."patients"', "CLINIC.Patients")
DEPTH = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Something in FROM: its alias, and its columns by kind."""

    alias: str
    columns: dict[str, tuple[str, ...]]


PATIENTS = {"number": NUMBERS, "text": TEXTS, "date": DATES, "digits": ("code",)}
PIVOTED = (
    "(PIVOT (SELECT region, visits, cost FROM clinic.patients) ON region IN ('north', 'south') USING sum(cost) GROUP BY visits)"
)


@dataclass(slots=True)
class Grammar:
    """Makes statements. With `nosy`, about one in five looks at something hidden."""

    chance: random.Random
    nosy: bool = False
    ctes: list[Source] = field(default_factory=list)
    made: int = 0
    values: list[object] = field(default_factory=list)

    def statement(self) -> str:
        """`values` are then those of its parameters."""
        self.ctes, self.values = [], []
        written = []
        for _ in range(self.chance.choice((0, 0, 1, 2))):
            name = self.chance.choice(("patients", "clinic", "salaries", "c", f"c{self._next()}"))
            if name in {c.alias for c in self.ctes}:
                continue
            query, columns = self.query(1)
            written.append(f"{name} AS ({query})")
            self.ctes.append(Source(name, columns))
        body, columns = self.query(0)
        if self.chance.random() < 0.15:
            other, _ = self.query(1, like=columns)
            body = f"{body} {self.chance.choice(('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'UNION ALL BY NAME'))} {other}"
        return f"WITH {', '.join(written)} {body}" if written else body

    def query(self, depth: int, like: dict[str, tuple[str, ...]] | None = None) -> tuple[str, dict[str, tuple[str, ...]]]:
        """A SELECT and the columns of its result; with `like`, as many of the same kinds."""
        tables, sources = self.tables(depth)
        where = f" WHERE {self.condition(sources, depth)}" if self.chance.random() < 0.6 else ""
        if like is None and self.chance.random() < 0.25:
            keys = [self.column(sources, "text") for _ in range(self.chance.choice((1, 2)))]
            items = [*keys, f"count(*) AS n{self._next()}", f"max({self.number(sources, depth)}) AS m{self._next()}"]
            having = " HAVING count(*) > 0" if self.chance.random() < 0.3 else ""
            texts = tuple(f"k{self._next()}" for _ in keys)
            items = [f"{k} AS {t}" for k, t in zip(keys, texts, strict=True)] + items[len(keys) :]
            counted = tuple(i.rpartition(" AS ")[2] for i in items[len(keys) :])
            return f"SELECT {', '.join(items)} FROM {tables}{where} GROUP BY {', '.join(keys)}{having}", {
                "text": texts,
                "number": counted,
                "date": (),
            }
        makers: dict[str, Callable[[list[Source], int], str]] = {"number": self.number, "text": self.text, "date": self.date}
        kinds = (
            [k for k, names in like.items() for _ in names]
            if like
            else [self.chance.choice(("number", "text", "date", "number")) for _ in range(self.chance.choice((1, 2, 3)))]
        )
        named = [(kind, f"x{self._next()}") for kind in kinds]
        items = [f"{makers[kind](sources, depth)} AS {name}" for kind, name in named]
        columns = {kind: tuple(n for k, n in named if k == kind) for kind in makers}
        qualify = f" QUALIFY {self.window(sources)} < {self.chance.randrange(40)}" if self.chance.random() < 0.1 else ""
        return f"SELECT {', '.join(items)} FROM {tables}{where}{qualify}", columns

    def tables(self, depth: int) -> tuple[str, list[Source]]:
        first, source = self.table(depth)
        if self.chance.random() < 0.35 and depth < DEPTH:
            second, other = self.table(depth + 1)
            join = self.chance.choice(("JOIN", "LEFT JOIN", "FULL JOIN"))
            on = f"{self.column([source], 'number')} = {self.column([other], 'number')}"
            return f"{first} {join} {second} ON {on}", [source, other]
        return first, [source]

    def table(self, depth: int) -> tuple[str, Source]:
        alias = f"t{self._next()}"
        pick = self.chance.random()
        if pick < 0.2 and self.ctes:
            cte = self.chance.choice(self.ctes)
            return f"{cte.alias} AS {alias}", Source(alias, cte.columns)
        if pick < 0.4 and depth < DEPTH:
            query, columns = self.query(depth + 1)
            return f"({query}) AS {alias}", Source(alias, columns)
        if self.nosy and pick > 0.97:
            return f"clinic.salaries AS {alias}", Source(alias, {"number": ("amount",), "text": ("person",), "date": ()})
        if pick > 0.92:
            return f"{PIVOTED} AS {alias}", Source(alias, {"number": ("visits", "north"), "text": (), "date": ()})
        if pick > 0.87:
            chosen = self.chance.choice(("COLUMNS(['visits', 'cost'])", "COLUMNS(lambda c: c IN ('visits', 'cost'))"))
            return f"(SELECT {chosen} FROM clinic.patients) AS {alias}", Source(alias, {"number": ("visits", "cost")})
        sampled = " TABLESAMPLE 100%" if self.chance.random() < 0.05 else ""
        return f"{self.chance.choice(NAMES)} AS {alias}{sampled}", Source(alias, PATIENTS)

    def column(self, sources: list[Source], kind: str) -> str:
        if self.nosy and self.chance.random() < 0.04:
            return f"{self.chance.choice(sources).alias}.{self.chance.choice(HIDDEN)}"
        able = [s for s in sources if s.columns.get(kind)]
        if not able:
            return {"number": "1", "text": "'x'", "date": "DATE '2000-01-01'", "digits": "'1'"}[kind]
        source = self.chance.choice(able)
        return f"{source.alias}.{self.chance.choice(source.columns[kind])}"

    def number(self, sources: list[Source], depth: int) -> str:
        one = self.column(sources, "number")
        return self.chance.choice(
            (
                lambda: one,
                lambda: f"({one} + {self.chance.randrange(9)})",
                lambda: f"coalesce({one}, 0)",
                lambda: f"length({self.column(sources, 'text')})",
                lambda: f"extract(year FROM {self.column(sources, 'date')})",
                lambda: f"CASE WHEN {self.condition(sources, DEPTH)} THEN 1 ELSE 2 END",
                lambda: f"({self.scalar(sources, depth)})" if depth < DEPTH else one,
                lambda: f"list_sum(list_transform([1, 2], lambda x: x + {one}))",
                lambda: f"{one}::SMALLINT",
                lambda: f"{self.column(sources, 'digits')}::INTEGER",
                lambda: f"{{'a': {one}, 'b': 'x'}}.a",
                lambda: f"list_max([{one}, {self.column(sources, 'number')}])",
                lambda: self.window(sources) if depth == 0 else one,
                lambda: f"({one} + {self.parameter(self.chance.randrange(9))})",
            )
        )()

    def window(self, sources: list[Source]) -> str:
        """Without ties that could fall either way."""
        over = f"PARTITION BY {self.column(sources, 'text')}"
        return self.chance.choice(
            (
                f"count(*) OVER ({over})",
                f"max({self.column(sources, 'number')}) OVER ({over})",
                f"rank() OVER (ORDER BY {self.column(sources, 'number')})",
                f"min({self.column(sources, 'digits')}::SMALLINT) OVER ({over})",
            )
        )

    def parameter(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def text(self, sources: list[Source], depth: int) -> str:
        one = self.column(sources, "text")
        return self.chance.choice(
            (
                lambda: one,
                lambda: f"upper({one})",
                lambda: f"({one} || '!')",
                lambda: f"substr({one}, 1, 3)",
                lambda: f"[{one}][1]",
            )
        )()

    def date(self, sources: list[Source], depth: int) -> str:
        one = self.column(sources, "date")
        return self.chance.choice((one, f"({one} + INTERVAL 1 DAY)", f"date_trunc('month', {one})"))

    def scalar(self, sources: list[Source], depth: int) -> str:
        """A subquery with one value, that may look at the columns around it."""
        tables, inner = self.tables(depth + 1)
        condition = f"{self.column(inner, 'number')} = {self.column(sources, 'number')}"
        return f"SELECT max({self.column(inner, 'number')}) FROM {tables} WHERE {condition}"

    def condition(self, sources: list[Source], depth: int) -> str:
        def exists() -> str:
            tables, inner = self.tables(depth + 1)
            return f"EXISTS (SELECT 1 FROM {tables} WHERE {self.column(inner, 'text')} = {self.column(sources, 'text')})"

        choices: list[Callable[[], str]] = [
            lambda: f"{self.column(sources, 'number')} > {self.chance.randrange(200)}",
            lambda: f"{self.column(sources, 'text')} LIKE '%{self.chance.choice('nhu')}%'",
            lambda: f"{self.column(sources, 'text')} IN ('north', 'hush-south')",
            lambda: f"{self.column(sources, 'date')} IS NOT NULL",
            lambda: f"{self.column(sources, 'digits')} = 5",
            lambda: f"{self.column(sources, 'number')}::SMALLINT < 120",
            lambda: f"{self.column(sources, 'number')} BETWEEN 1 AND {self.parameter(self.chance.randrange(150))}",
            lambda: f"{self.column(sources, 'text')} = {self.parameter('north')}",
            lambda: f"({self.column(sources, 'number')} < 110 OR {self.column(sources, 'text')} = 'hush-south')",
        ]
        if depth < DEPTH:
            choices.append(exists)
        return self.chance.choice(choices)()

    def _next(self) -> int:
        self.made += 1
        return self.made
