"""Constants in DuckDB's SQL."""


def text(value: str) -> str:
    """A text. One with a NUL character is written as its bytes, since SQL ends there."""
    if "\0" in value:
        return f"decode(unhex('{value.encode().hex()}'))"
    return "'" + value.replace("'", "''") + "'"


def long(value: int) -> str:
    """A whole number of 64 bits, typed, so that arithmetic with it is that of 64 bits."""
    return f"CAST({value} AS BIGINT)"


def boolean(value: bool) -> str:
    return "TRUE" if value else "FALSE"
