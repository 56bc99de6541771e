"""Answers queries over what is published.

For now a trusted reader on the owner's machine: it resolves names through publications, reads one consistent version of every
product and touches nothing else. Who may see what is not decided here yet.
"""

from hansa.gateway.reading import Answer, answer, broken

__all__ = ["Answer", "answer", "broken"]
