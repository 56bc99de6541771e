"""How values are spoken of in troubles: their kinds, the forms that are expected, and what to write instead."""

import datetime as dt

FORMATS = {
    "date": "write it as 2026-01-31",
    "date-time": "write it as 2026-01-31T12:00:00Z",
    "uri": "write an address without spaces, such as https://example.org/page",
}


def formatted(form: str, text: str) -> bool:
    try:
        match form:
            case "date":
                dt.date.fromisoformat(text)
            case "date-time":
                dt.datetime.fromisoformat(text)
            case _:
                return not any(c.isspace() for c in text)
    except ValueError:
        return False
    return True


def truth_mend(value: object) -> str:
    known = {"yes": "true", "on": "true", "no": "false", "off": "false"}
    word = known.get(value.strip().lower()) if isinstance(value, str) else None
    return f"write `{word}`" if word else "write `true` or `false`"


def kind_of(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
