"""Runs: what runs now, what ran, how one run differs from another, and what the next one would do."""

from hansa.server.pages.routing import Page
from hansa.server.pages.runs_compare import show_comparison
from hansa.server.pages.runs_list import show_list
from hansa.server.pages.runs_one import show_run
from hansa.server.pages.runs_plan import show_plan

PAGES: tuple[Page, ...] = (
    Page("/runs", show_list),
    Page("/runs/compare", show_comparison),
    Page("/runs/{run}", show_run),
    Page("/plan", show_plan),
)
