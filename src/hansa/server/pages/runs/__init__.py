"""The pages of runs: what runs now, what ran, how one run differs from another, and what the next one would do.

Promises: only products that the viewer may know of, in lists, counts and logs alike; failing rows are masked for who looks.
Does not: run anything.
"""

from hansa.server.pages.runs.page import PAGES

__all__ = ["PAGES"]
