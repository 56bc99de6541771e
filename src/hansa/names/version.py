"""Semantic versions, as contracts and products carry them (semver.org 2.0.0; a leading `v` and short forms are read)."""

import functools
import re

from hansa.frozen import dataclass

_VERSION = re.compile(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A version; ordered by precedence (semver 11): a release after its candidates, numbers as numbers."""

    major: int
    minor: int = 0
    patch: int = 0
    pre: str = ""

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.pre}" if self.pre else "")

    def __lt__(self, other: "Version") -> bool:
        return self._precedence() < other._precedence()

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read `1.2.3`, `v1.2`, `1`. Raises ValueError for anything else."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"`{text}` is not a version such as 1.0.0")
        major, minor, patch, pre = match.groups()
        return cls(int(major), int(minor or 0), int(patch or 0), pre or "")

    def _precedence(self) -> tuple[object, ...]:
        parts = tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in self.pre.split(".") if p)
        return (self.major, self.minor, self.patch, not self.pre, parts)
