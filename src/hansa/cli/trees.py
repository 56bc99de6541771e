"""The mesh as it stood at another commit: read out of git into a folder of its own, and compiled beside the present one.

Only git's read-only commands are run. What they give is unpacked without links that lead out of the folder.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hansa.compile import compile as compile_mesh
from hansa.declare import load
from hansa.frozen import dataclass
from hansa.model import Compiled, Mesh
from hansa.trouble import Place, Trouble, TroubleError
from hansa.wiring import MESH_FILE, Workplace

_REF = "--base"


@dataclass(frozen=True, slots=True)
class BaseTree:
    """A mesh at a commit; `absent` when there was none yet, and then it is empty."""

    ref: str
    commit: str
    compiled: Compiled
    absent: bool = False


def base_tree(workplace: Workplace, ref: str) -> BaseTree:
    """The mesh of a workplace as it stood at a commit, branch or tag. Raises TroubleError when git cannot say."""
    git = _Git(workplace.root, workplace.environ)
    git.require_repository()
    commit = git.commit(ref)
    prefix = git.text("rev-parse", "--show-prefix").strip()
    if git.run("cat-file", "-e", f"{commit}:{prefix}{MESH_FILE}").returncode != 0:
        mesh = workplace.compiled.mesh
        return BaseTree(ref, commit, Compiled(Mesh(mesh.name, (), mesh.platforms), ()), absent=True)
    # A mesh whose domains lie beside its folder is only whole together with them.
    beside = ".." in git.text("show", f"{commit}:{prefix}{MESH_FILE}")
    with _unpacked(git, commit, "" if beside else prefix) as folder:
        declared = load(
            folder / prefix, workplace.environ, workplace.manifests.fetch, find_upload=workplace.manifests.find_upload
        )
        return BaseTree(ref, commit, compile_mesh(declared, workplace.describe))


@contextmanager
def _unpacked(git: "_Git", commit: str, prefix: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hansa-base-") as folder:
        _unpack(git, commit, prefix, Path(folder))
        yield Path(folder)


def _unpack(git: "_Git", commit: str, prefix: str, folder: Path) -> None:
    """The files of a commit below a path into a folder, those of its submodules at the commits that it names among them."""
    command = git.command("archive", "--format=tar", commit, "--", prefix or ".", top=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=git.environ) as archive:
        assert archive.stdout is not None
        try:
            with tarfile.open(fileobj=archive.stdout, mode="r|") as tar:
                tar.extractall(folder, filter=_harmless)
        except tarfile.TarError as error:
            raise _failed(f"the files of {commit[:12]} cannot be read: {error}") from error
    if archive.returncode != 0:
        raise _failed(f"the files of {commit[:12]} cannot be read: `git archive` ended with {archive.returncode}")
    for path, pinned in git.submodules(commit, prefix):
        inner = git.within(path)
        if inner is None:
            continue  # not fetched, so neither side has it
        if inner.run("cat-file", "-e", f"{pinned}^{{commit}}").returncode != 0:
            raise TroubleError(
                Trouble(
                    "H342",
                    f"the submodule {path} is not here as it was at {commit[:12]}",
                    (Place(path),),
                    f"fetch it: git -C {path} fetch origin {pinned}",
                )
            )
        _unpack(inner, pinned, "", folder / path)


def _harmless(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leaves out what would lead out of the folder, such as a link to elsewhere: then that file is missing, which is told."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


class _Git:
    """git, asked about the repository that a folder lies in."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._top = root
        self.environ = {**os.environ, **environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}

    def require_repository(self) -> None:
        if shutil.which("git") is None:
            raise _failed("git is not installed, or not on the PATH")
        found = self.run("rev-parse", "--show-toplevel")
        if found.returncode != 0:
            raise TroubleError(
                Trouble(
                    "H340",
                    f"{_REF} compares with a commit, and {self._root} lies in no git repository: {_said(found)}",
                    (Place(str(self._root)),),
                    f"leave {_REF} out to compare with what is published",
                )
            )
        self._top = Path(found.stdout.decode("utf-8", "surrogateescape").rstrip("\n"))

    def commit(self, ref: str) -> str:
        """The commit that a ref names. A ref cannot be taken for an option."""
        found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        commit = found.stdout.decode().strip()
        if found.returncode != 0 or not ref.strip() or not commit.isalnum():
            raise TroubleError(
                Trouble(
                    "H341",
                    f"git knows no commit `{ref[:100]}`",
                    mend="name a branch, tag or commit that is here; in a shallow clone, fetch it first",
                )
            )
        return commit

    def text(self, *arguments: str) -> str:
        found = self.run(*arguments)
        if found.returncode != 0:
            raise _failed(f"`git {arguments[0]}` ended with {found.returncode}: {_said(found)}")
        return found.stdout.decode("utf-8", "surrogateescape")

    def submodules(self, commit: str, prefix: str) -> Iterator[tuple[str, str]]:
        """The submodules of a commit below a path: their paths from the top, and the commits that it names."""
        listed = subprocess.run(
            self.command("ls-tree", "-r", "-z", commit, "--", prefix or ".", top=True),
            capture_output=True,
            check=False,
            env=self.environ,
        )
        for line in listed.stdout.decode("utf-8", "surrogateescape").split("\0"):
            about, _, path = line.partition("\t")
            if about.startswith("160000 "):
                yield path, about.split()[2]

    def within(self, path: str) -> "_Git | None":
        """git about the submodule that lies at a path from the top; None where it is not checked out."""
        here = self._top / path
        return _Git(here, self.environ) if ".." not in here.parts and (here / ".git").exists() else None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(self.command(*arguments), capture_output=True, check=False, env=self.environ)

    def command(self, *arguments: str, top: bool = False) -> list[str]:
        return ["git", "-C", str(self._top if top else self._root), *arguments]


def _said(found: subprocess.CompletedProcess[bytes]) -> str:
    lines = found.stderr.decode("utf-8", "replace").strip().splitlines()
    return (lines[-1] if lines else "no reason given").removeprefix("fatal: ")


def _failed(summary: str) -> TroubleError:
    return TroubleError(Trouble("H342", summary, mend="run the git command by hand to see more"))
