"""The pages about rules: policies and what they find, waivers, scorecards, classes, the record of reads, questions in SQL.

Promises: what `hansa.server.governing` lets the viewer know, and nothing beside it. Does not: change a rule, or keep what is
rehearsed. `hansa.server.pages.governance` lists the pages.
"""

__all__: tuple[str, ...] = ()
