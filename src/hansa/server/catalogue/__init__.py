"""What pages, the API and agents show of the mesh: how products stand, how they are used, and what people say of them.

Promises: the same wherever it is shown; each thing is kept while it is good and never for longer than it holds; what was said is
told as one viewer may see it. Does not: know how an answer looks, or show anything by itself.
"""

from hansa.server.catalogue.catalogue import Catalogue
from hansa.server.catalogue.remarks import Remark

__all__ = ["Catalogue", "Remark"]
