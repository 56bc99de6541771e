"""A mesh of four products in two domains, made of records: what is found is said by these alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hansa.catalog.search import SearchIndex, SearchQuery
from hansa.model import (
    Consumer,
    Contract,
    ContractColumn,
    Domain,
    Governance,
    Mesh,
    OutputPort,
    Platform,
    Product,
    Schema,
    Table,
    Term,
)
from hansa.names import DomainName, ProductName, Version

Made = Callable[..., Product]


def product(
    address: str, *columns: ContractColumn, purpose: str = "", readme: str = "", status: str = "active",
    tags: tuple[str, ...] = (), title: str = "", document: str = "",
) -> Product:  # fmt: skip
    domain, name = address.split(".")
    named = ProductName(domain, name)
    table = Table("facts", columns)
    contract = Contract(f"{address}.facts", Version(1), (table,), document=document)
    port = OutputPort(named.port("facts"), contract, table, Schema(()), "")
    return Product(
        named, address, "1.0.0", Platform("here", "duckdb"), (), (port,), (), "facts",
        title=title, status=status, purpose=purpose, owner=f"{domain}_team", tags=tags, readme=readme,
    )  # fmt: skip


def mesh_of(*products: Product, terms: tuple[Term, ...] = (), cases: tuple[Consumer, ...] = ()) -> Mesh:
    names = sorted({p.address.domain for p in products})
    domains = tuple(Domain(DomainName(d), tuple(p for p in products if p.address.domain == d), d.title()) for d in names)
    return Mesh("shop", domains, (), governance=Governance(terms=terms, consumers=cases))


EMAIL = ContractColumn("email_address", description="Where letters go.", classification="personal")
SYNONYMS = json.dumps({"schema": [{"properties": [{"name": "amountNet", "synonyms": [{"synonym": "Nettobetrag"}]}]}]})
PROFILES = product(
    "customer.profiles", ContractColumn("customer_id", terms=("household",)), EMAIL, ContractColumn("postcode"),
    purpose="Who our customers are.", readme="# Profiles\n\nMüller and Ångström live in Straßburg.", tags=("crm",),
)  # fmt: skip
SECRET = product("hr.salaries", ContractColumn("salary_gross"), ContractColumn("email_address"), purpose="Who earns what: zebra.")
BASKETS = product(
    "orders.baskets", ContractColumn("amountNet"), ContractColumn("HTTPStatus"), purpose="What was bought.", document=SYNONYMS
)
HISTORY = product("orders.order_history", ContractColumn("order_id"), purpose="Orders of the past.", status="deprecated")
HOUSEHOLD = Term("household", "Household", "People with one card.", ("loyalty card", "shopper"))
SHOP = mesh_of(PROFILES, BASKETS, HISTORY, SECRET, terms=(HOUSEHOLD,), cases=(Consumer("churn_report", title="Who leaves"),))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    """The index of the shop. Nobody changes it."""
    made = SearchIndex.open(tmp_path_factory.mktemp("shop") / "search")
    made.refresh(SHOP)
    return made


@pytest.fixture
def shop() -> Mesh:
    return SHOP


@pytest.fixture
def secret() -> str:
    return str(SECRET.address)


@pytest.fixture
def made() -> Made:
    return product


@pytest.fixture
def mesh_from() -> Callable[..., Mesh]:
    return mesh_of


@pytest.fixture
def find(index: SearchIndex) -> Callable[..., list[str]]:
    """The addresses that a text finds, the best first."""

    def found(text: str, *kinds: str) -> list[str]:
        return [h.address for h in index.search(SearchQuery(text, kinds=kinds)).hits]

    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"
