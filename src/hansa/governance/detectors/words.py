"""What the name of a column says, in the languages that columns are named in."""

import re
import unicodedata
from collections.abc import Iterator

from hansa.frozen import dataclass
from hansa.model import DataType
from hansa.model.types import Boolean, Date, Decimal, Float, Integer, String, Timestamp

PERSONAL = ("personal", "pii")
FINANCIAL = ("financial", "payment", *PERSONAL)
SPECIAL = ("special", "sensitive", *PERSONAL)
SECRET = ("secret", "credential", "restricted", "confidential")

TEXT = (String,)
NUMBER = (Integer, Decimal, Float)
DAY = (Date, Timestamp, String)
CODE = (String, Integer, Decimal)


@dataclass(frozen=True, slots=True)
class NameRule:
    """Words, or words in a row, that name one kind of data; `alone` ones only when they are the whole name."""

    detector: str
    means: tuple[str, ...]
    types: tuple[type, ...]
    phrases: frozenset[str]
    alone: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _rule(detector: str, means: tuple[str, ...], types: tuple[type, ...], words: str, alone: str = "") -> NameRule:
    """Phrases are parted by commas, with spaces inside."""
    said, only = (frozenset(p.strip() for p in text.split(",") if p.strip()) for text in (words, alone))
    return NameRule(detector, means, types, said, only)


RULES = (
    _rule("password", SECRET, TEXT, "password, passwd, passwort, contrasena, senha, wachtwoord, api key, secret key"),
    _rule("ip-address", PERSONAL, TEXT, "ip, ipv4, ipv6, ip address, ip addr, remote addr, client ip"),
    _rule("device", PERSONAL, CODE, "mac address, device id, cookie id, advertising id, idfa, gaid, imei, imsi", "mac"),
    _rule(
        "email", PERSONAL, TEXT, "email, e mail, mail address, courriel, correo electronico, epost, e post", "mail, correo, posta"
    ),
    _rule(
        "phone", PERSONAL, CODE,
        "phone, telephone, phone number, mobile number, mobile phone, cell phone, cellphone, telefon, telefonnummer, "
        "handynummer, telefono, telefone, telefoon, telefoonnummer, msisdn, fax, fax number, faxnummer",
        "tel, mobile, handy, movil, celular",
    ),
    _rule("iban", FINANCIAL, TEXT, "iban"),
    _rule(
        "bank-account", FINANCIAL, CODE,
        "account number, bank account, kontonummer, bankkonto, numero de cuenta, rekeningnummer, sort code, routing number",
    ),
    _rule(
        "card", FINANCIAL, CODE,
        "card number, credit card, debit card, cc number, card no, kreditkarte, kreditkartennummer, tarjeta de credito, cvv, "
        "cvc, pan number",
        "pan",
    ),
    _rule(
        "pay", FINANCIAL, (*NUMBER, String),
        "salary, wage, wages, gehalt, lohn, salaire, sueldo, salario, stipendio, income, loon",
    ),
    _rule(
        "national-id", PERSONAL, CODE,
        "ssn, social security, nino, national insurance, bsn, burgerservicenummer, cpf, pesel, aadhaar, dni, nif, personnummer, "
        "steuer id, steueridentifikationsnummer, sozialversicherungsnummer, codice fiscale, nir, tax id, national id, "
        "nhs number, identity number, id card, personalausweis", "nie, tin",
    ),
    _rule(
        "passport", PERSONAL, CODE,
        "passport, reisepass, passnummer, passeport, pasaporte, passaporto, paspoort, driver license, drivers license, "
        "driving licence, fuhrerschein, permis de conduire",
    ),
    _rule(
        "birth", PERSONAL, (*DAY, Integer),
        "birth, birthdate, birthday, dob, geburtsdatum, geburtstag, geburtsjahr, naissance, nacimiento, nascita, nascimento, "
        "geboortedatum, fodelsedatum, urodzenia",
    ),
    _rule("age", PERSONAL, (*NUMBER, String), "age band, age group, age range, age years", "age, alter, edad, eta, leeftijd"),
    _rule("gender", PERSONAL, CODE, "gender, geschlecht, sexe, sexo, sesso, geslacht", "sex, genre"),
    _rule(
        "special-category", SPECIAL, CODE,
        "religion, religious, ethnicity, ethnic group, diagnosis, disability, blood type, blood group, sexual orientation, "
        "political affiliation, political party, trade union, icd10, icd 10",
    ),
    _rule("status", PERSONAL, CODE, "marital status, familienstand, estado civil, nationality, staatsangehorigkeit, nationalite"),
    _rule(
        "person-name", PERSONAL, TEXT,
        "first name, last name, full name, given name, family name, middle name, maiden name, surname, forename, firstname, "
        "lastname, fullname, vorname, nachname, familienname, prenom, nom de famille, apellido, apellidos, cognome, sobrenome, "
        "achternaam, voornaam, fornamn, efternamn, customer name, contact name, employee name, patient name, person name, "
        "user name, username, cardholder, cardholder name",
    ),
    _rule(
        "address", PERSONAL, (String, Integer),
        "address, home address, street, street name, strasse, hausnummer, adresse, anschrift, direccion, indirizzo, endereco, "
        "adres, adress, rue, calle, straat, zip, zip code, zipcode, postcode, postal code, plz, postleitzahl, code postal, "
        "codigo postal, cap postale", "addr",
    ),
    _rule("position", ("location", *PERSONAL), (*NUMBER, String), "latitude, longitude, geolocation, gps", "lat, lon, lng"),
    _rule(
        "person-key", PERSONAL, CODE,
        "customer id, household id, patient id, employee id, person id, member id, subscriber id, user id, kundennummer, "
        "kunden id, id client, id cliente, patientennummer, personalnummer, customer number, loyalty card",
    ),
)  # fmt: skip

# Words beside which the others speak of something else: how many mails were sent, which type of address it is.
_ABOUT = _words(
    "count counts number_of num total sent opened clicked rate share percent type kind status flag valid verified template "
    "campaign format length version missing opt has is allowed consent domain subject size avg average sum"
)
_NOT_OF_PEOPLE = {
    "address": _words("ip mac email mail web url wallet contract memory network node store shop warehouse supplier"),
    "person-name": _words("product company brand file"),
    "position": _words("store shop warehouse"),
    "pay": _words("net gross operating statement"),
}
_PEOPLE = _words(
    "people person persons customer customers client clients patient patients employee employees user users member members "
    "household households contact contacts subscriber subscribers kunden mitarbeiter personas clientes"
)
_CUT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case and without accents: `KundenNr_Straße` is kunden, nr, strasse."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    ascii_ = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(w.lower() for w in _CUT.split(ascii_) if w)


def rules_of(name: str, type_: DataType | None, within: str) -> Iterator[NameRule]:
    """The rules that a name speaks for. A truth value is about such data and is not such data itself."""
    words = words_of(name)
    if isinstance(type_, Boolean):
        return
    of_people = words in (("name",), ("names",)) and _PEOPLE & set(words_of(within))
    for rule in RULES:
        fits = type_ is None or isinstance(type_, rule.types)
        if not fits or _NOT_OF_PEOPLE.get(rule.detector, _words("")) & set(words):
            continue
        if _says(rule, words) or (of_people and rule.detector == "person-name"):
            yield rule


def _says(rule: NameRule, words: tuple[str, ...]) -> bool:
    """Whether a phrase of a rule stands in a name, and nothing beside it that turns the meaning."""
    if " ".join(words) in rule.alone:
        return True
    spoken = (phrase.split() for phrase in rule.phrases)
    return any(_in_a_row(phrase, words) and not _ABOUT & (set(words) - set(phrase)) for phrase in spoken)


def _in_a_row(phrase: list[str], words: tuple[str, ...]) -> bool:
    length = len(phrase)
    return any(list(words[at : at + length]) == phrase for at in range(len(words) - length + 1))
