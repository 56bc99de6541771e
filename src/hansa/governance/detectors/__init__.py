"""Detectors: propose classes for columns that nobody classified, from their names, types and a sample of their values.

They only propose, with evidence that says how sure it is and never shows a value; what a column is stays for its owner to say.
"""

from hansa.governance.detectors.finding import Evidence, EvidenceKind, Finding, Sampled, class_of
from hansa.governance.detectors.proposing import findings_of
from hansa.governance.detectors.survey import Look, Proposal, Values, survey

__all__ = ["Evidence", "EvidenceKind", "Finding", "Look", "Proposal", "Sampled", "Values", "class_of", "findings_of", "survey"]
