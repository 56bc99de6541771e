"""The forms in which rows are given, and which of them a request wants."""

from collections.abc import Iterator, Mapping

from hansa.rows import Format
from hansa.server.transport import Answered
from hansa.trouble import Trouble, TroubleError, did_you_mean, one_of

MEDIA_TYPES: Mapping[Format, str] = {
    Format.JSON: "application/json",
    Format.NDJSON: "application/x-ndjson",
    Format.CSV: "text/csv; charset=utf-8; header=present",
    Format.ARROW: "application/vnd.apache.arrow.stream",
    Format.PARQUET: "application/vnd.apache.parquet",
}
_KNOWN: Mapping[str, Format] = {
    **{media_type.partition(";")[0]: form for form, media_type in MEDIA_TYPES.items()},
    "application/ndjson": Format.NDJSON,
    "application/jsonl": Format.NDJSON,
    "application/parquet": Format.PARQUET,
    "application/*": Format.JSON,
    "text/*": Format.CSV,
    "*/*": Format.JSON,
}


def form_of(told: str | None, accept: str) -> Format:
    """What `format` names, else the form that Accept likes best, else JSON. Raises TroubleError with 400 or 406."""
    if told:
        if told in list(Format):
            return Format(told)
        raise TroubleError(
            Trouble(
                "H740",
                f"no form is called `{told[:60]}`",
                mend=did_you_mean(told[:60], list(Format)) or f"forms: {one_of(Format)}",
            )
        )
    wanted = _liked(accept)
    if wanted is None:
        mend = f"accept one of {one_of(m.partition(';')[0] for m in MEDIA_TYPES.values())}"
        raise Answered(Trouble("H741", f"rows are not given as `{accept[:100]}`", mend=mend), 406)
    return wanted


def _liked(accept: str) -> Format | None:
    """The acceptable form of the highest quality; of several, the one named first. None when there is none (RFC 9110, 12.5.1)."""
    best, found = 0.0, None
    for media_type, quality in accepted(accept):
        if media_type in _KNOWN and quality > best:
            best, found = quality, _KNOWN[media_type]
    return found


def accepted(accept: str) -> Iterator[tuple[str, float]]:
    """What a header names, in its order: a media type or range, and how much it is liked, 0 to 1. No header names everything."""
    for part in (accept or "*/*").split(","):
        media_type, *parameters = (word.strip().lower() for word in part.split(";"))
        yield media_type, next((_number(p[2:]) for p in parameters if p.startswith("q=")), 1.0)


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0
