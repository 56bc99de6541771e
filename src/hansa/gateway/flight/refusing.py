"""What the gateway does not do, said in one way."""

from hansa.trouble import Trouble, TroubleError


def only_read(writing: bytes | None) -> None:
    """Raise TroubleError H731 when something is part of a transaction, or changes data."""
    if writing is not None:
        mend = "products are changed by their owners, with `hansa run`; for tools, turn autocommit on"
        raise TroubleError(Trouble("H731", "the gateway only reads: no updates, and no transactions", mend=mend))


def not_offered(what: str) -> TroubleError:
    return TroubleError(Trouble("H733", f"the gateway does not offer {what}", mend="ask with SQL, or for metadata"))
