"""What a query may reach: the tables it is given, functions of their values, and nothing else.

Files, URLs, catalogues, settings and session state are outside. Table functions are allowed by a positive list; scalar
functions are refused by name as they were *written* (token by token), because a parser may rename a function while reading it.
This keeps models and rules honest and their lineage whole; it is not the boundary against an attacker, which the engine's own
locked configuration and the gateway are.
"""

import enum
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from sqlglot import Token, TokenType, exp

from hansa.compile.statement import CLOSING, OPENING, SqlFault, Statement, read_statement
from hansa.frozen import dataclass
from hansa.trouble import did_you_mean, one_of

TABLE_FUNCTIONS = frozenset(
    {"unnest", "range", "generate_series", "json_each", "json_tree", "repeat", "repeat_row", "regexp_split_to_table", "flatten"}
)

_OUTSIDE = re.compile(
    r"""read_\w+ | \w+_scan | scan_\w+ | parquet_\w+ | duckdb_\w+ | pragma_\w+ | sniff_csv | glob | getenv | query | query_table
      | current_setting | set_config | getvariable | current_query | current_query_id | current_connection_id | add_parquet_key
      | current_transaction_id | txid_current | nextval | currval | setval | setseed | sleep_ms | pg_sleep | write_log | stats
      | current_user | current_role | session_user | user | current_catalog | current_database | current_schemas?
      | in_search_path | version | vector_type | has_\w+_privilege | inet_(client|server)_\w+ | pg_(?!typeof$|size_pretty$)\w+
      | col_description | obj_description | shobj_description | json_execute_serialized_sql | which_secret | iceberg_\w+
      | delta_\w+ | (postgres|sqlite|mysql)_(query|execute|attach) | http_\w+ | test_\w+_types | import_database | load_\w+""",
    re.VERBOSE,
)
_CHANGING = frozenset(
    {
        *("random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "now", "today", "ago", "transaction_timestamp"),
        *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
        *("get_current_time", "get_current_timestamp", "current_localtime", "current_localtimestamp"),
    }
)
# Words that stand for a value without parentheses.
_BARE = frozenset(
    {
        *("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"),
        *("current_user", "current_role", "session_user"),
    }
)


_BARE_STEMS = ("current_", "localtime", "session_user")  # what each of them begins with


class Reach(enum.StrEnum):
    """How a query reaches beyond its tables."""

    TABLE = "table"  # a table it was not given
    QUALIFIED = "qualified"  # a name with dots: another product, catalogue or schema
    FILE = "file"  # a file or URL named like a table
    FUNCTION = "function"  # a function that reads the outside or the session
    PARAMETER = "parameter"  # a placeholder that nobody fills
    CHANGING = "changing"  # a value that changes although no input did; a warning, not a refusal


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a query reaches too far. `name` is what it reaches for, as written."""

    reach: Reach
    name: str
    reason: str
    mend: str
    line: int
    column: int

    @property
    def refused(self) -> bool:
        return self.reach is not Reach.CHANGING


@dataclass(frozen=True, slots=True)
class Reference:
    """A table name that a query reads and does not define itself."""

    name: str
    qualified: str
    line: int
    column: int


def confine(query: str, tables: Collection[str]) -> SqlFault | tuple[Breach, ...]:
    """Every way in which a query reaches beyond the given tables, or why it is no query."""
    statement = read_statement(query)
    return statement if isinstance(statement, SqlFault) else breaches(statement, tables)


def breaches(statement: Statement, tables: Collection[str]) -> tuple[Breach, ...]:
    """Every way in which a parsed query reaches beyond the given tables, in the order of the text."""
    found = [*_tables(statement, tables), *_functions(statement), *_table_functions(statement), *_parameters(statement)]
    firsts = {(b.line, b.column): b for b in reversed(found)}
    return tuple(firsts[where] for where in sorted(firsts))


def references(statement: Statement) -> tuple[Reference, ...]:
    """The tables that a query names, except its own common table expressions, in the order of the text."""
    found: list[Reference] = []
    for table in statement.tables:
        if not isinstance(table.this, exp.Identifier) or _is_defined(table):
            continue
        parts = [p.name for p in table.parts]
        found.append(Reference(table.name, ".".join(parts), *statement.position(table.parts[0])))
    return tuple(sorted(found, key=lambda r: (r.line, r.column)))


def _is_defined(table: exp.Table) -> bool:
    """Whether a WITH clause around the table defines its name, and stands before it or is recursive."""
    if table.db:
        return False
    name = table.name.lower()
    node: exp.Expr = table
    while (above := node.parent) is not None:
        with_ = above.args.get("with_") if isinstance(above, exp.Query | exp.Pivot) else None
        if isinstance(with_, exp.With) and with_ is not node:
            if name in {c.alias.lower() for c in with_.expressions}:
                return True
        elif isinstance(above, exp.With) and isinstance(node, exp.CTE):
            earlier = above.expressions[: above.expressions.index(node) + (1 if above.recursive else 0)]
            if name in {c.alias.lower() for c in earlier}:
                return True
            node = above.parent or above  # the With's own query was asked here; its later parts are not visible
            continue
        node = above
    return False


def _tables(statement: Statement, tables: Collection[str]) -> Iterator[Breach]:
    known = {t.lower() for t in tables}
    for reference in references(statement):
        where = (reference.line, reference.column)
        name = reference.qualified
        if name == reference.name and name.lower() in known:
            continue
        if re.search(
            r"[/\\*:]|\.(parquet|csv|tsv|json|jsonl|ndjson|gz|zst|txt|db|duckdb|xlsx|avro|arrow)$", reference.name, re.I
        ):
            yield Breach(
                Reach.FILE,
                name,
                f"`{name}` reads a file",
                "declare an input port whose contract has `servers`, and read it",
                *where,
            )
        elif name != reference.name:
            yield Breach(Reach.QUALIFIED, name, f"`{name}` is not an input port of this product", _port_mend(name), *where)
        else:
            hint = did_you_mean(name, tables) or (
                f"known here: {one_of(tables)}" if tables else "declare an input port of this name"
            )
            yield Breach(Reach.TABLE, name, f"`{name}` is neither an input port nor a model of this product", hint, *where)


def _port_mend(name: str) -> str:
    word = name.split(".")[-1].lower()
    return f"declare an input port `{word}` for the contract of `{name}`, and read from `{word}`"


def _functions(statement: Statement) -> Iterator[Breach]:
    """Functions by the name as written: a word before a parenthesis, quoted or not, or a word that needs none."""
    tokens = statement.tokens
    for index in _names(statement):
        token = tokens[index]
        called = index + 1 < len(tokens) and tokens[index + 1].token_type is TokenType.L_PAREN
        name = token.text.lower()
        after_dot = index > 0 and tokens[index - 1].token_type is TokenType.DOT
        bare = name in _BARE and token.token_type is not TokenType.IDENTIFIER and not after_dot
        if token.token_type is TokenType.STRING or not (called or bare) or _defines(tokens[index - 1].text if index else ""):
            continue
        where = statement.at(token.start)
        if _OUTSIDE.fullmatch(name):
            reason = f"`{name}` reads what is not an input of this product"
            yield Breach(Reach.FUNCTION, name, reason, "read from a declared input port instead", *where)
        elif name in _CHANGING or (name == "age" and _arguments(tokens[index + 1 :]) == 1):
            reason = f"`{name}` changes the result without its inputs changing"
            yield Breach(Reach.CHANGING, name, reason, "take the value from an input's column, such as a load date", *where)


def _names(statement: Statement) -> Iterator[int]:
    """The tokens that may name a function: those before a parenthesis, and in a text with a word that needs none, all."""
    text = statement.text.lower()
    if any(stem in text for stem in _BARE_STEMS):
        yield from range(len(statement.tokens))
        return
    opening = TokenType.L_PAREN
    for index, token in enumerate(statement.tokens):
        if token.token_type is opening and index:
            yield index - 1


def _arguments(tokens: Sequence[Token]) -> int:
    """How many arguments stand in the parentheses that open a run of tokens. `age(x)` with one counts from today."""
    depth, commas = 0, 0
    for token in tokens:
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        commas += token.token_type is TokenType.COMMA and depth == 1
        if depth == 0:
            break
    return commas + 1


def _defines(before: str) -> bool:
    """Whether the word before says that a name is being given, not called: `as version(…)`, `with stats(…)`."""
    return before.lower() in {"as", "with"}


def _table_functions(statement: Statement) -> Iterator[Breach]:
    for table in statement.tables:
        if isinstance(table.this, exp.Identifier):
            continue
        start, end = table.this.meta.get("start"), table.this.meta.get("end")
        written = statement.text[start : end + 1].strip('"') if isinstance(start, int) and isinstance(end, int) else ""
        name = (written or getattr(table.this, "name", "") or type(table.this).__name__).lower()
        if name not in TABLE_FUNCTIONS:
            reason = f"the table function `{name}` is not allowed in a model"
            yield Breach(Reach.FUNCTION, name, reason, f"allowed: {one_of(TABLE_FUNCTIONS)}", *statement.position(table))


def _parameters(statement: Statement) -> Iterator[Breach]:
    """Placeholders, by their tokens: SQLGlot's tree keeps no place of them. A `:` that cuts a list or names a value is none."""
    if not statement.parametrised:
        return
    for token, after in zip_longest(statement.tokens, statement.tokens[1:]):
        if token.token_type in (TokenType.PARAMETER, TokenType.PLACEHOLDER):
            name = token.text + (after.text if after is not None and token.token_type is TokenType.PARAMETER else "")
            reason, mend = "a placeholder has no value here", "write the value, or read it from an input"
            yield Breach(Reach.PARAMETER, name, reason, mend, *statement.at(token.start))
