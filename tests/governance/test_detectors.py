"""Detectors propose classes with evidence, do not fall for numbers that only look alike, and never show a value."""

import random
from collections.abc import Callable

import pytest

from hansa.governance.detectors import EvidenceKind, Sampled, class_of, findings_of
from hansa.governance.detectors import formats as f
from hansa.governance.detectors import national as n
from hansa.model import DataClass, DataType, Lattice
from hansa.model.types import Boolean, Date, Float, Integer, String, Timestamp

CASES = 400


def detected(name: str, values: list[str], type_: DataType | None = None, within: str = "") -> set[str]:
    return {found.detector for found in findings_of(Sampled(name, type_ or String(), within, tuple(values)))}


# ---------------------------------------------------------------------------------------------------- one value at a time


@pytest.mark.parametrize(
    ("matches", "right", "wrong"),
    [
        (f.email, "o'neil+x@mail.example.co.uk", "o'neil@example"),
        (f.email, "a@b.io", "a..b@b.io"),
        (f.phone, "+49 30 901820", "4930901820"),
        (f.phone, "(030) 123456", "2024-01-31"),
        (f.phone, "555-234-5678", "555-1234"),
        (f.iban, "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"),
        (f.iban, "GB82WEST12345698765432", "GB82WEST123456987654321"),
        (f.iban, "NO9386011117947", "XX9386011117947"),
        (f.card, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (f.card, "378282246310005", "1234567812345670"),  # Luhn holds, and nobody issues such cards
        (f.card, "2223003122003222", "222300312200322"),
        (f.ipv4, "192.168.0.1", "1.2.3"),
        (f.ipv4, "8.8.8.8", "256.1.1.1"),
        (f.ipv6, "2001:db8::1", "12:30:45"),
        (f.mac, "00:1B:44:11:3A:B7", "00:1B-44:11:3A:B7"),
        (n.us_ssn, "123-45-6789", "666-45-6789"),
        (n.us_ssn, "899-01-0001", "900-01-0001"),
        (n.de_steuer_id, "86095742719", "86095742718"),
        (n.de_steuer_id, "47036892816", "11111111111"),
        (n.es_dni, "12345678Z", "12345678A"),
        (n.es_dni, "X1234567L", "W1234567L"),
        (n.it_codice_fiscale, "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        (n.fr_nir, "2 55 08 14 168 025 38", "2 55 08 14 168 025 39"),
        (n.nl_bsn, "111222333", "111222334"),
        (n.se_personnummer, "811218-9876", "811218-9875"),
        (n.se_personnummer, "19811218-9876", "811318-9876"),
        (n.pl_pesel, "44051401359", "44051401358"),
        (n.br_cpf, "529.982.247-25", "529.982.247-26"),
        (n.br_cpf, "52998224725", "11111111111"),
        (n.in_aadhaar, "2341 2341 2346", "2341 2341 2364"),
        (n.uk_nino, "AB 12 34 56 C", "BG 12 34 56 C"),
        (n.uk_nhs, "943 476 5919", "943 476 5918"),
    ],
)
def test_a_form_is_told_from_what_only_looks_like_it(matches: Callable[[str], bool], right: str, wrong: str) -> None:
    assert matches(right)
    assert not matches(wrong)


HOSTILE = [
    "",
    " ",
    "\0",
    "é" * 80,
    "٣" * 11,
    "१२३४५६७८९०१२",
    "-" * 20,
    "0" * 11,
    "0" * 9,
    "9" * 400,
    "a" * 4000 + "@",
    "²³¹",
    "+" * 30,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_form_stumbles_over_any_text(text: str) -> None:
    for matches in (
        f.email,
        f.phone,
        f.iban,
        f.card,
        f.ipv4,
        f.ipv6,
        f.mac,
        n.us_ssn,
        n.de_steuer_id,
        n.es_dni,
        n.it_codice_fiscale,
    ):
        assert matches(text) is False
    for matches in (n.fr_nir, n.nl_bsn, n.se_personnummer, n.pl_pesel, n.br_cpf, n.in_aadhaar, n.uk_nino, n.uk_nhs):
        assert matches(text) is False


def changed(text: str, at: int, to: str) -> str:
    return text[:at] + to + text[at + 1 :]


@pytest.mark.parametrize(
    ("matches", "number"),
    [
        (f.iban, "DE89370400440532013000"),
        (f.card, "4111111111111111"),
        (n.de_steuer_id, "86095742719"),
        (n.nl_bsn, "111222333"),
        (n.in_aadhaar, "234123412346"),
        (n.uk_nhs, "9434765919"),
        (n.br_cpf, "52998224725"),
    ],
)
def test_a_checksum_finds_every_single_wrong_digit(matches: Callable[[str], bool], number: str) -> None:
    wrong = [changed(number, i, d) for i, c in enumerate(number) if c.isdigit() for d in "0123456789" if d != c]
    assert not any(matches(each) for each in wrong)


# ------------------------------------------------------------------------------------------------------------- columns


@pytest.mark.parametrize(
    ("name", "detector"),
    [
        ("email", "email"),
        ("customerEmail", "email"),
        ("E-Mail", "email"),
        ("correo_electronico", "email"),
        ("PHONE_NUMBER", "phone"),
        ("tel", "phone"),
        ("Geburtsdatum", "birth"),
        ("date_of_birth", "birth"),
        ("Straße", "address"),
        ("código_postal", "address"),
        ("firstName", "person-name"),
        ("prénom", "person-name"),
        ("IBAN", "iban"),
        ("household_id", "person-key"),
        ("marital_status", "status"),
        ("clientIP", "ip-address"),
        ("ssn", "national-id"),
        ("pan", "card"),
    ],
)
def test_a_name_speaks_in_many_languages_and_spellings(name: str, detector: str) -> None:
    assert detected(name, []) == {detector}


ALIKE = """
    in_mailer mailer_location email_count emails_sent email_status product_name name panelist expand is_mobile mobile_share trip
    store_address web_address net_income average manufacturer_id basket_id coupon_upc telemetry alternate surcharge zipper
"""


@pytest.mark.parametrize("name", ALIKE.split())
def test_a_name_that_only_resembles_one_is_left_alone(name: str) -> None:
    assert detected(name, []) == set()


def test_a_bare_name_speaks_only_where_people_are_spoken_of() -> None:
    assert detected("name", [], within="customers") == {"person-name"}
    assert detected("name", [], within="products") == set()


def test_the_type_must_fit_the_name() -> None:
    assert detected("email", [], Boolean()) == set()
    assert detected("birth_date", [], Date()) == {"birth"}
    assert detected("latitude", [], Float(64)) == {"position"}
    assert detected("first_name", [], Integer(64)) == set()


def test_values_speak_for_a_column_whose_name_does_not() -> None:
    (found,) = findings_of(Sampled("c1", String(), "", tuple(f"person{i}@example.org" for i in range(40)) + ("unknown",) * 9))
    assert (found.detector, found.evidence.kind, found.evidence.values) == ("email", EvidenceKind.PATTERN, 41)
    assert found.evidence.share == pytest.approx(40 / 41, abs=1e-4)
    assert str(found.evidence) == "98% of 41 values, by pattern"


def test_the_best_evidence_of_a_detector_counts() -> None:
    (found,) = findings_of(Sampled("iban", String(), "", ("DE89370400440532013000", "GB82WEST12345698765432")))
    assert found.evidence.kind is EvidenceKind.CHECKSUM
    (found,) = findings_of(Sampled("iban", String(), "", ("none", "n/a")))
    assert found.evidence.kind is EvidenceKind.NAME


def with_check(body: str, matches: Callable[[str], bool]) -> str | None:
    return next((body + str(d) for d in range(10) if matches(body + str(d))), None)


@pytest.mark.parametrize(
    ("detector", "matches", "body"),
    [
        ("card", f.card, lambda r: f"4{r.randrange(10**14):014}"),
        ("nl-bsn", n.nl_bsn, lambda r: f"{r.randrange(10**7, 10**8):08}"),
        ("in-aadhaar", n.in_aadhaar, lambda r: f"{r.randrange(2 * 10**10, 10**11):011}"),
        ("uk-nhs", n.uk_nhs, lambda r: f"{r.randrange(10**8, 10**9):09}"),
        (
            "pl-pesel",
            n.pl_pesel,
            lambda r: f"{r.randrange(40, 99)}{r.randrange(1, 13):02}{r.randrange(1, 29):02}{r.randrange(10**4):04}",
        ),
    ],
)
def test_columns_of_real_numbers_are_found_as_text_and_as_numbers(
    detector: str, matches: Callable[[str], bool], body: Callable[[random.Random], str]
) -> None:
    drawn = random.Random(7)
    numbers = [made for _ in range(60) if (made := with_check(body(drawn), matches))]
    assert detector in detected("c1", numbers)
    assert detector in detected("c1", numbers, Integer(64))
    assert detector not in detected("c1", numbers[:2]), "two numbers may agree with a check digit by chance"


@pytest.mark.parametrize("digits", range(5, 17))
@pytest.mark.parametrize("seed", range(3))
def test_numbers_that_mean_nothing_are_not_taken_for_any(digits: int, seed: int) -> None:
    drawn = random.Random(seed * 100 + digits)
    values = [str(drawn.randrange(10 ** (digits - 1), 10**digits)) for _ in range(CASES)]
    assert detected("article", values) == set()
    assert detected("article", values, Integer(64)) == set()
    running = [str(10**digits + i) for i in range(CASES)]
    assert detected("article", running) == set()


@pytest.mark.parametrize(
    "values",
    [
        [f"1.{i}.{i % 7}" for i in range(100)],
        [f"{i}.{i}" for i in range(100)],
        [f"2024-{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 29)],
        [f"{h:02}:{m:02}:00" for h in range(24) for m in range(60)],
        [f"{i:05}-{i % 97:04}" for i in range(200)],
        [f"ORD-{i:06}" for i in range(200)],
        [f"{i:08x}-0000-4000-8000-{i:012x}" for i in range(200)],
        ["16 OZ", "2 QT/.19 OZ", "LARGE", "12-14 LB"] * 10,
        ["A" * i for i in range(1, 90)],
    ],
)
def test_other_texts_are_not_taken_for_any(values: list[str]) -> None:
    assert detected("c1", values) == set()


def test_phone_numbers_without_separators_count_only_where_a_phone_is_named() -> None:
    bare = [f"0301{i:06}" for i in range(50)]
    assert detected("c1", bare) == set()
    (found,) = findings_of(Sampled("phone", String(), "", tuple(bare)))
    assert found.evidence.kind is EvidenceKind.PATTERN


def test_days_of_birth_are_told_from_days_of_business() -> None:
    drawn = random.Random(3)
    born = [f"{drawn.randrange(1935, 2008)}-{drawn.randrange(1, 13):02}-{drawn.randrange(1, 29):02}" for _ in range(CASES)]
    sold = [f"{drawn.randrange(2015, 2026)}-{drawn.randrange(1, 13):02}-{drawn.randrange(1, 29):02}" for _ in range(CASES)]
    assert detected("c1", born, Date()) == {"birth"}
    assert detected("c1", born[:20], Date()) == set()
    assert detected("c1", sold, Date()) == set()
    assert detected("c1", [f"{day} 10:00:00" for day in sold], Timestamp()) == set()


def test_no_evidence_holds_a_value() -> None:
    secret = [f"secret{i}@example.org" for i in range(30)]
    assert "secret" not in repr(findings_of(Sampled("mail", String(), "", tuple(secret))))


def test_a_finding_means_the_class_that_the_mesh_has_for_it() -> None:
    (found,) = findings_of(Sampled("iban"))
    assert class_of(found, Lattice.of(())) == "financial"
    assert class_of(found, Lattice.of((DataClass("secret"),))) == "financial", "the detector's own word, when there is no class"
    assert class_of(found, Lattice.of((DataClass("private", also=("PII",)),))) == "private"
    assert class_of(found, Lattice.of((DataClass("money", also=("Financial",)), DataClass("personal")))) == "money"
