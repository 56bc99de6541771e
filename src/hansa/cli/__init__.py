"""Commands: translate arguments to calls and results to text or JSON, nothing more.

Every command has one result with two views. Nothing heavy is imported before a command runs, so that `hansa --help` is quick.
"""

from hansa.cli.entry import main

__all__ = ["main"]
