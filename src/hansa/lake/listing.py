"""Listings: the planned files and the schema of one snapshot, kept as JSON beside the table.

A snapshot never changes, so a listing never does. It spares readers the import of PyIceberg and the reading of manifests; it
can be deleted at any time, and one that is damaged is taken for missing and made anew.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from hansa.frozen import dataclass
from hansa.lake.places import LISTINGS
from hansa.lake.stored_schema import schema_from_json, schema_to_json
from hansa.model import DataFile, Schema

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a snapshot and its schema."""

    snapshot: int
    schema: Schema
    files: tuple[DataFile, ...]


def listing_path(folder: Path, snapshot: int) -> Path:
    return folder / LISTINGS / f"{snapshot}.json"


def read_listing(folder: Path, snapshot: int) -> Listing | None:
    """The listing kept for a snapshot; None when there is none, or it is not whole."""
    try:
        check, _, body = listing_path(folder, snapshot).read_text(encoding="utf-8").partition("\n")
        if check != _check(body):
            return None
        document = json.loads(body)
        if (document["format"], document["snapshot"]) != (FORMAT, snapshot):
            return None
        files = tuple(
            DataFile(str(folder / path), rows, size, tuple((name, value) for name, value in partition))
            for path, rows, size, partition in document["files"]
        )
        return Listing(snapshot, schema_from_json(document["schema"]), files)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_listing(folder: Path, listing: Listing) -> None:
    """Keep a listing, whole or not at all. A disk that is full or read-only is no failure: the listing is only spared work."""
    body = json.dumps(
        {
            "format": FORMAT,
            "snapshot": listing.snapshot,
            "schema": schema_to_json(listing.schema),
            # Paths stand relative to the table's folder, where all data files lie; an absolute one survives the joining above.
            "files": [[_relative(folder, f.path), f.rows, f.bytes, f.partition] for f in listing.files],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    place = listing_path(folder, listing.snapshot)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{_check(body)}\n{body}")
            Path(name).replace(place)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError:
        return


def _check(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()


def _relative(folder: Path, path: str) -> str:
    return path.removeprefix(f"{folder}{os.sep}")
