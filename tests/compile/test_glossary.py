"""Terms of the glossary: what is wrong in it, and columns that name a term that it does not have."""

from collections.abc import Callable

import pytest

from hansa.compile import Compiled

GLOSSARY = """\
apiVersion: hansa/v1
kind: Glossary
terms:
  - id: household
    definition: Who shops with one card.
    synonyms: [customer]
  - {id: loyal-household, definition: One that comes each month., parents: [household]}
"""


def named(contract: Callable[..., str], how: str) -> str:
    """The contract of `profiles` whose column `name` links to a term."""
    return contract(
        "profiles",
        "- {name: id, physicalType: bigint, required: true, primaryKey: true}\n"
        f"- {{name: name, logicalType: string, required: true, {how}}}\n- {{name: age, logicalType: integer}}",
    )


def codes(compiled: Compiled) -> list[str]:
    return [t.code for t in compiled.troubles if t.code.startswith("H28") or t.code in ("H121", "H124", "H126", "H127")]


@pytest.mark.parametrize(
    "how",
    [
        "authoritativeDefinitions: [{type: term, url: 'term:household'}]",
        "customProperties: [{property: term, value: household}]",
        "customProperties: [{property: term, value: [household, loyal-household]}]",
    ],
)
def test_a_column_names_a_term(how: str, compiled: Callable[..., Compiled], contract: Callable[..., str]) -> None:
    result = compiled({"governance/glossary.yaml": GLOSSARY, "P:contracts/profiles.odcs.yaml": named(contract, how)})
    assert codes(result) == []
    assert [t.id for t in result.mesh.governance.terms] == ["household", "loyal-household"]
    assert result.mesh.governance.terms[1].name == "loyal household"
    columns = result.mesh.products[1].outputs[0].table.columns
    assert columns[1].terms[0] == "household"


def test_a_term_that_is_in_no_glossary_is_told_with_what_was_meant(
    compiled: Callable[..., Compiled], contract: Callable[..., str]
) -> None:
    wrong = named(contract, "authoritativeDefinitions: [{type: term, url: 'term:houshold'}]")
    result = compiled({"governance/glossary.yaml": GLOSSARY, "P:contracts/profiles.odcs.yaml": wrong})
    told = [t for t in result.troubles if t.code == "H280"]
    assert len(told) == 1
    assert (told[0].places[0].file, told[0].product) == ("domains/shop/profiles/contracts/profiles.odcs.yaml", "shop.profiles")
    assert "household" in told[0].mend
    assert result.valid
    without = compiled({"P:contracts/profiles.odcs.yaml": wrong}, folder="without")
    assert "governance/glossary.yaml" in next(t.mend for t in without.troubles if t.code == "H280")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ("- {id: a, definition: x, parents: [b]}", "H281"),
        ("- {id: a, definition: x, parents: [b]}\n  - {id: b, definition: x, parents: [a]}", "H282"),
        ("- {id: a, definition: x, parents: [a]}", "H282"),
        ("- {definition: x}", "H121"),
        ("- {id: a}", "H121"),
        ("- {id: a, definition: x, status: gone}", "H124"),
        ("- {id: a, definition: x}\n  - {id: a, definition: y}", "H127"),
    ],
)
def test_what_is_wrong_in_the_glossary_is_told(terms: str, code: str, compiled: Callable[..., Compiled]) -> None:
    text = f"apiVersion: hansa/v1\nkind: Glossary\nterms:\n  {terms}\n"
    result = compiled({"governance/glossary.yaml": text})
    assert codes(result) == [code]
    assert next(t for t in result.troubles if t.code == code).places[0].file == "governance/glossary.yaml"
