"""Reads what people wrote to govern a mesh: classes, decisions to lower them, policies, waivers, terms, acknowledgements.

One module a kind of file; each yields records that still know file and line. What they mean together is `compile`'s to say.
"""

from hansa.declare.governance.files import GovernanceFiles, LocalFile, read_governance

__all__ = ["GovernanceFiles", "LocalFile", "read_governance"]
