"""Runs: what runs now, what ran, how one run differs from another, and what the next one would do."""

from hansa.server.pages.routing import Page
from hansa.server.pages.runs.compare import show_comparison
from hansa.server.pages.runs.listed import show_list
from hansa.server.pages.runs.one import show_run
from hansa.server.pages.runs.plan import show_plan

PAGES: tuple[Page, ...] = (
    Page("/runs", show_list),
    Page("/runs/compare", show_comparison),
    Page("/runs/{run}", show_run),
    Page("/plan", show_plan),
)
