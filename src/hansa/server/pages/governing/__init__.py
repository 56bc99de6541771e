"""The pages about rules: policies and what they find, waivers, scorecards, classes, the record of reads, questions in SQL.

Promises: nothing of a product that the viewer may not have described, by name, by number, or in the text of a rule; what takes
long is computed beside requests and kept while mesh and ledger stay as they are. Does not: judge, change a rule, or keep what
is rehearsed. `hansa.server.pages.governance` lists the pages.
"""

__all__: tuple[str, ...] = ()
