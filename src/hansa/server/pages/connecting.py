"""How to read a port from where people work: texts to copy, with everything filled in but the token."""

import shlex
from urllib.parse import quote, urlencode, urlsplit

from hansa.frozen import dataclass
from hansa.model import OutputPort, table_written
from hansa.names import PortMajor, PortName, ProductName
from hansa.server.pages.schema import Reading
from hansa.server.pages.visit import Visit


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read: what it is called, what it needs, and the text."""

    name: str
    needs: str
    text: str


def lasting_name(visit: Visit, port: OutputPort) -> ProductName | PortName | PortMajor:
    """The shortest name of a port that stays right when a newer major comes."""
    product = visit.sight.product(port.address.of_product)
    if product is None or product.output(port.address.port) != port:
        return port.pinned
    return product.address if product.main == port else port.address


def sql_name(visit: Visit, port: OutputPort) -> str:
    """That name as a table of SQL."""
    return table_written(lasting_name(visit, port))


def ways(visit: Visit, port: OutputPort, reading: Reading) -> list[Way]:
    """Every way that this server answers."""
    name = str(lasting_name(visit, port))
    statement = f"SELECT * FROM {sql_name(visit, port)} LIMIT 100"
    base = f"{visit.request.url.scheme}://{visit.request.url.netloc}"
    found = [
        Way(
            "Python",
            "`pip install hansa`, and a token in HANSA_TOKEN",
            _python(visit.catalogue.flight or base, statement, reading),
        ),
        Way("SQL", "the command line, where the mesh's folder is", _command(visit, statement, reading)),
        Way("curl", "a token in HANSA_TOKEN", _curl(base, name, reading)),
    ]
    if visit.catalogue.flight:
        found.append(
            Way("ADBC", "`pip install adbc-driver-flightsql pyarrow`", _adbc(visit.catalogue.flight, statement, reading))
        )
        found.append(
            Way(
                "BI tools over JDBC", "the Arrow Flight SQL JDBC driver: DBeaver, Tableau", _jdbc(visit.catalogue.flight, reading)
            )
        )
    if visit.catalogue.postgres:
        who = visit.principal.name
        found.append(
            Way(
                "psql",
                "PostgreSQL's client, and a token in HANSA_TOKEN",
                _psql(visit.catalogue.postgres, statement, who, reading),
            )
        )
        found.append(
            Way(
                "BI tools over PostgreSQL",
                "any tool that reads PostgreSQL: Metabase, Superset, DBeaver, Power BI",
                _as_database(visit.catalogue.postgres, who, reading),
            )
        )
    found.append(Way("BI tools over the web", "a web source with headers: Power BI, Excel", _web(base, name, reading)))
    return found


def _jdbc(flight: str, reading: Reading) -> str:
    """A URL of the Arrow Flight SQL driver. Properties that it does not know travel as headers."""
    place = urlsplit(flight)
    known = {"useEncryption": "true" if place.scheme.endswith("tls") else "false", "token": "YOUR_TOKEN"}
    if reading.consumer:
        known |= {"x-hansa-consumer": reading.consumer, "x-hansa-purpose": reading.purpose}
    return f"jdbc:arrow-flight-sql://{place.netloc}?{urlencode(known, quote_via=quote)}\n"


def _psql(postgres: str, statement: str, who: str, reading: Reading) -> str:
    """The database says for whom is read, and why."""
    place = urlsplit(postgres)
    named = {"host": place.hostname, "port": place.port, "user": who, "dbname": _database(reading)}
    said = " ".join(f"{name}={_quoted(str(value))}" for name, value in named.items())
    encrypted = f" {place.query}" if place.query else ""
    return f'PGPASSWORD="$HANSA_TOKEN" psql {shlex.quote(said + encrypted)} \\\n  -c {shlex.quote(statement)}\n'


def _as_database(postgres: str, who: str, reading: Reading) -> str:
    """What a tool asks for that connects to a database."""
    place = urlsplit(postgres)
    encryption = "SSL: require" if place.query else "SSL: off"
    return f"Server: {place.netloc}\nDatabase: {_database(reading)}\nUser: {who}\nPassword: YOUR_TOKEN\n{encryption}\n"


def _database(reading: Reading) -> str:
    return f"{reading.consumer}/{reading.purpose}".rstrip("/") if reading.consumer else "hansa"


def _quoted(value: str) -> str:
    """A value in a connection string of libpq."""
    if value and not set(value) & set(" '\\"):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _web(base: str, name: str, reading: Reading) -> str:
    """What a tool asks that reads CSV from an address: the whole port, governed like any read."""
    headers = ["Authorization: Bearer YOUR_TOKEN"]
    if reading.consumer:
        headers += [f"X-Hansa-Consumer: {reading.consumer}", f"X-Hansa-Purpose: {reading.purpose}"]
    return f"{base}/api/v1/ports/{quote(name)}/data?format=csv\n\n" + "\n".join(headers) + "\n"


def _python(address: str, statement: str, reading: Reading) -> str:
    who = f", consumer={reading.consumer!r}, purpose={reading.purpose!r}" if reading.consumer else ""
    return f"import hansa\n\nwith hansa.connect({address!r}{who}) as mesh:\n    frame = mesh.query({statement!r}).pandas()\n"


def _command(visit: Visit, statement: str, reading: Reading) -> str:
    who = f" --for {shlex.quote(reading.consumer)} --purpose {shlex.quote(reading.purpose)}" if reading.consumer else ""
    return f"hansa query {shlex.quote(statement)} --as {shlex.quote(visit.principal.name)}{who}\n"


def _curl(base: str, name: str, reading: Reading) -> str:
    headers = ['-H "Authorization: Bearer $HANSA_TOKEN"']
    if reading.consumer:
        headers += [
            f"-H {shlex.quote(f'X-Hansa-{k}: {v}')}" for k, v in (("Consumer", reading.consumer), ("Purpose", reading.purpose))
        ]
    lines = [f"curl -G {shlex.quote(f'{base}/api/v1/ports/{name}/data')}", *headers, "-d limit=100"]
    return " \\\n  ".join(lines) + "\n"


def _adbc(flight: str, statement: str, reading: Reading) -> str:
    prefix = "adbc.flight.sql.rpc.call_header."
    options = ['    "adbc.flight.sql.authorization_header": f"Bearer {os.environ[\'HANSA_TOKEN\']}",']
    if reading.consumer:
        options += [
            f'    "{prefix}x-hansa-{k}": {v!r},' for k, v in (("consumer", reading.consumer), ("purpose", reading.purpose))
        ]
    body = "\n".join(options)
    return (
        "import os\nfrom adbc_driver_flightsql import dbapi\n\n"
        f"options = {{\n{body}\n}}\n"
        f"with dbapi.connect({flight!r}, options, autocommit=True) as connection, connection.cursor() as cursor:\n"
        f"    cursor.execute({statement!r})\n    table = cursor.fetch_arrow_table()\n"
    )
