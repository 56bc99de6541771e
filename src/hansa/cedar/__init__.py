"""Cedar policies as text: the rules that come with Hansa, the schema that all are written against, and what is wrong with them.

Promises: every policy and every trouble has its place; Cedar's own library is loaded only where there are policies to look at.
Does not: decide anything (that is `access`). It lies below `compile`, which has to say what is wrong with policies.
"""

from hansa.cedar.checking import access_troubles
from hansa.cedar.parsing import BASE, UNREADABLE, CedarPolicy, Parsed, Unparsed, base_policies, base_text, parse
from hansa.cedar.rowtypes import cedar_type, row_type
from hansa.cedar.schema import actions, attributes, common_schema, schema_text
from hansa.cedar.statements import Statement, statements

__all__ = [
    "BASE",
    "UNREADABLE",
    "CedarPolicy",
    "Parsed",
    "Statement",
    "Unparsed",
    "access_troubles",
    "actions",
    "attributes",
    "base_policies",
    "base_text",
    "cedar_type",
    "common_schema",
    "parse",
    "row_type",
    "schema_text",
    "statements",
]
