"""How things go wrong in a form people can mend.

A trouble is a value: stable code, summary, places as file:line:column, the mend. Pure stages gather and return
troubles; only the rim raises `TroubleError`. This folder knows nothing of meshes, products or engines.
"""

from hansa.trouble.place import Place
from hansa.trouble.suggest import did_you_mean, one_of
from hansa.trouble.trouble import Severity, Trouble, TroubleError, in_order, render

__all__ = ["Place", "Severity", "Trouble", "TroubleError", "did_you_mean", "in_order", "one_of", "render"]
