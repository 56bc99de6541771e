"""Connections and requests before anybody looks at what is asked: none that is slow or greedy keeps others out.

Promises: whoever owes a head, a body or a pause is told so and let go; every error is a problem document (RFC 9457); a cookie
counts only with the proof that a page of ours sent it. Does not: know the mesh, or who somebody is.
"""

from hansa.server.transport.heading import headed
from hansa.server.transport.limiting import GENEROUS, Limited, Limiter, Limits
from hansa.server.transport.patience import Patient
from hansa.server.transport.problems import Answered, problem
from hansa.server.transport.running import run

__all__ = ["GENEROUS", "Answered", "Limited", "Limiter", "Limits", "Patient", "headed", "problem", "run"]
