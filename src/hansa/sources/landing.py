"""Landing: batches from a database, written as one Parquet file that appears whole or not at all."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hansa.model import ParquetFiles, Schema, Server
from hansa.sources.protocol import failed


def empty_folder(server: Server, landing: Path) -> None:
    """Make `landing` an empty folder. Raises `SourceFailed`."""
    try:
        shutil.rmtree(landing, ignore_errors=True)
        landing.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise no_space(server, landing, error) from None


def land(server: Server, landing: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch], promised: Schema) -> ParquetFiles:
    """Write batches of one schema into `landing`, streamed. Raises `SourceFailed`, and what `batches` raises.

    The columns must stand under the names of `promised`; engines cast them to its types.
    """
    empty_folder(server, landing)
    file = landing / "landed.parquet"
    try:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
    except OSError as error:
        shutil.rmtree(landing, ignore_errors=True)
        raise no_space(server, landing, error) from None
    except BaseException:
        shutil.rmtree(landing, ignore_errors=True)
        raise
    return ParquetFiles((str(file),), promised)


def no_space(server: Server, landing: Path, error: OSError) -> Exception:
    reason = error.strerror or str(error)
    return failed(
        "H509", f"what was read from `{server.name}` cannot be written to {landing}: {reason}", server, "make room on that disk"
    )
