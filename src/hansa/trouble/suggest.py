"""Did you mean: the names that a mistyped word was probably meant to be."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """A phrase such as ``did you mean `orders`?``, or an empty string when nothing is near."""
    candidates = sorted(set(known))
    lowered = {c.lower(): c for c in candidates}
    near = difflib.get_close_matches(word.lower(), list(lowered), n=most, cutoff=0.6)
    if not near:
        return ""
    return "did you mean " + " or ".join(f"`{lowered[n]}`" for n in near) + "?"


def one_of(known: Iterable[str], *, most: int = 12) -> str:
    """The known names as a short list for a mend: `a`, `b`, … ."""
    names = sorted(set(known))
    shown = ", ".join(f"`{n}`" for n in names[:most])
    return shown + (f", … ({len(names)} in all)" if len(names) > most else "")
