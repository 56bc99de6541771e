"""Cedar's evaluation of the policies that hold for a question: entities, rulings, and the rules about rows.

Promises: policies of a domain take part in nothing that lies outside of it; a rule that cannot be evaluated lets nothing through.
Does not: know of tokens, consumers' purposes or reasons for people (that is `deciding`).
"""

from hansa.access.cedar.entities import Entities, Uid
from hansa.access.cedar.evaluating import PolicyBook, Rules, Ruling
from hansa.access.cedar.rowrules import row_rules

__all__ = ["Entities", "PolicyBook", "Rules", "Ruling", "Uid", "row_rules"]
