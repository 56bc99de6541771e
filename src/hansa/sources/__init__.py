"""External sources of input ports: from a contract's server to a relation that an engine reads.

Promises: a source that cannot be read yet is told by `support` at check, before anything runs; what is found is compared with
the contract before it is used; whatever goes wrong at run time is one trouble with the server's place and a mend; credentials
come from the environment and appear in no text. Does not: measure data (that is `audit`), keep what it landed, or import a
driver before it is needed.
"""

from hansa.sources.compare import compare
from hansa.sources.opening import open_source
from hansa.sources.protocol import Source, SourceFailed
from hansa.sources.support import support

__all__ = ["Source", "SourceFailed", "compare", "open_source", "support"]
