"""The secrets that masks are made with, and where the mesh's own is kept."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from hansa.frozen import dataclass
from hansa.trouble import Trouble, TroubleError

KEY_VARIABLE = "HANSA_MASK_KEY"
KEY_BYTES = 32
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class MaskKeys:
    """What `tokenise` and `sha-256-query-local` are keyed with: the mesh's key, and a salt of this query alone."""

    global_key: bytes = field(repr=False)
    query_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.global_key) < KEY_BYTES or len(self.query_key) < SALT_BYTES:
            raise ValueError(f"the key of a mesh has at least {KEY_BYTES} bytes, the salt of a query at least {SALT_BYTES}")

    @classmethod
    def for_query(cls, global_key: bytes) -> "MaskKeys":
        """Keys for one more query: its salt is drawn anew and kept nowhere."""
        return cls(global_key, secrets.token_bytes(SALT_BYTES))


def mask_key(folder: Path, environ: Mapping[str, str]) -> bytes:
    """The key of a mesh: of HANSA_MASK_KEY, else of the file `mask-key` in `folder` (the mesh's `.hansa`), made on first use.

    Raises `TroubleError` (H775) for a key that is none, and for a file that cannot be read or made.
    """
    said = environ.get(KEY_VARIABLE, "")
    if said:
        return _key(said, KEY_VARIABLE)
    path = folder / "mask-key"
    try:
        return _key(_kept(path), str(path))
    except OSError as error:
        raise _no_key(f"{path} cannot be read or made: {error.strerror or type(error).__name__}") from None


def _kept(path: Path) -> str:
    """The text of the key file. Two processes that begin at once agree: the file appears whole, and just once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"mask-key.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii", errors="replace")


def _key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        raise _no_key(f"{where} holds something else than hexadecimal digits") from None
    if len(key) < KEY_BYTES:
        raise _no_key(f"the key of {where} is shorter than {2 * KEY_BYTES} hexadecimal digits")
    return key


def _no_key(reason: str) -> TroubleError:
    command = f'python -c "import secrets; print(secrets.token_hex({KEY_BYTES}))"'
    mend = f"make one with `{command}` and keep it for good: tokens hang on it"
    return TroubleError(Trouble("H775", f"there is no key for masks: {reason}", mend=mend))
