"""What rules say, for pages and machines alike: judged once for everybody, beside requests, and seen through one viewer's eyes.

Promises: nothing of a product that the viewer may not have described, by name, by number, or in the text of a rule; what takes
long is kept while mesh and ledger stay as they are. Does not: judge by itself, or show.
"""

from hansa.server.governing.ruled import Before, Ruled
from hansa.server.governing.rulings import Rulings
from hansa.server.governing.seen import RuleLine, Seen

__all__ = ["Before", "RuleLine", "Ruled", "Rulings", "Seen"]
