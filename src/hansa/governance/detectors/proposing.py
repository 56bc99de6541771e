"""Asks every detector about a column and keeps what is sure enough."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator

from hansa.frozen import dataclass
from hansa.governance.detectors import formats, national
from hansa.governance.detectors.finding import Evidence, EvidenceKind, Finding, Sampled
from hansa.governance.detectors.words import FINANCIAL, PERSONAL, rules_of
from hansa.model.types import Date, Decimal, Integer, String, Timestamp

VALUED = (String, Integer, Decimal, Date, Timestamp)
"""The types of which values say anything here."""
LONGEST = 64
"""Characters: a longer value is prose, and none of these forms."""


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A form that values have. `share` of at least `least` different values must match.

    A check digit alone lets one number in ten or eleven pass, so those want many values and nearly all of them. `named`
    rules count only for columns whose name says the same.
    """

    detector: str
    means: tuple[str, ...]
    kind: EvidenceKind
    matches: Callable[[str], bool]
    share: float
    least: int
    named: str = ""
    numbers: bool = False


_P, _C = EvidenceKind.PATTERN, EvidenceKind.CHECKSUM
RULES = (
    ValueRule("email", PERSONAL, _P, formats.email, 0.3, 2),
    ValueRule("phone", PERSONAL, _P, formats.phone, 0.8, 5),
    ValueRule("phone", PERSONAL, _P, formats.bare_phone, 0.9, 2, named="phone", numbers=True),
    ValueRule("iban", FINANCIAL, _C, formats.iban, 0.7, 2),
    ValueRule("card", FINANCIAL, _C, formats.card, 0.9, 8, numbers=True),
    ValueRule("card", FINANCIAL, _C, formats.card, 0.6, 1, named="card", numbers=True),
    ValueRule("ip-address", PERSONAL, _P, formats.ipv4, 0.9, 4),
    ValueRule("ip-address", PERSONAL, _P, formats.ipv6, 0.9, 2),
    ValueRule("device", PERSONAL, _P, formats.mac, 0.9, 2),
    ValueRule("us-ssn", PERSONAL, _P, national.us_ssn, 0.9, 5),
    ValueRule("us-ssn", PERSONAL, _P, national.us_ssn, 0.6, 1, named="national-id"),
    ValueRule("uk-nino", PERSONAL, _P, national.uk_nino, 0.9, 3),
    ValueRule("es-dni", PERSONAL, _C, national.es_dni, 0.8, 3),
    ValueRule("it-codice-fiscale", PERSONAL, _C, national.it_codice_fiscale, 0.7, 2),
    ValueRule("fr-nir", PERSONAL, _C, national.fr_nir, 0.8, 4, numbers=True),
    ValueRule("se-personnummer", PERSONAL, _C, national.se_personnummer, 0.9, 8, numbers=True),
    ValueRule("pl-pesel", PERSONAL, _C, national.pl_pesel, 0.9, 6, numbers=True),
    ValueRule("br-cpf", PERSONAL, _C, national.br_cpf, 0.8, 6, numbers=True),
    ValueRule("de-steuer-id", PERSONAL, _C, national.de_steuer_id, 0.9, 8, numbers=True),
    ValueRule("in-aadhaar", PERSONAL, _C, national.in_aadhaar, 0.9, 10, numbers=True),
    ValueRule("nl-bsn", PERSONAL, _C, national.nl_bsn, 0.9, 10, numbers=True),
    ValueRule("uk-nhs", PERSONAL, _C, national.uk_nhs, 0.9, 10, numbers=True),
)


def findings_of(column: Sampled) -> tuple[Finding, ...]:
    """What a column looks like, the best evidence first, once for each detector."""
    named = tuple(rules_of(column.name, column.type, column.within))
    found = [*_by_values(column, frozenset(rule.detector for rule in named))]
    found += [Finding(rule.detector, rule.means, Evidence(EvidenceKind.NAME)) for rule in named]
    best: dict[str, Finding] = {}
    for each in sorted(found, key=_strength, reverse=True):
        best.setdefault(each.detector, each)
    return tuple(best.values())


def _strength(finding: Finding) -> tuple[int, float]:
    return (list(EvidenceKind).index(finding.evidence.kind), finding.evidence.share)


def _by_values(column: Sampled, named: frozenset[str]) -> Iterator[Finding]:
    values = sorted({v.strip() for v in column.values} - {""})
    if not values:
        return
    if isinstance(column.type, Date | Timestamp):
        if _birthdays(values):
            yield Finding("birth", PERSONAL, Evidence(EvidenceKind.PATTERN, 1.0, len(values)))
        return
    number = isinstance(column.type, Integer | Decimal)
    if not number and not isinstance(column.type, String | None):
        return
    for rule in RULES:
        if (number and not rule.numbers) or len(values) < rule.least or (rule.named and rule.named not in named):
            continue
        share = sum(len(v) <= LONGEST and rule.matches(v) for v in values) / len(values)
        if share >= rule.share:
            yield Finding(rule.detector, rule.means, Evidence(rule.kind, round(share, 4), len(values)))


def _birthdays(values: list[str]) -> bool:
    """Whether days look like those on which people of all ages were born: many, over four decades, no year with a crowd.

    Days of business lie in few years, and most of them near the end.
    """
    years = []
    for value in values:
        try:
            years.append(dt.date.fromisoformat(value[:10]).year)
        except ValueError:
            return False
    if len(years) < 50 or not all(y >= 1900 for y in years):
        return False
    years.sort()
    early, middle, late = (years[int(len(years) * part)] for part in (0.05, 0.5, 0.95))
    crowd = max(Counter(years).values()) / len(years)
    return late - early >= 40 and 1930 <= middle <= 2005 and late <= 2020 and crowd <= 0.1
