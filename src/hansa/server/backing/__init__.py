"""What all answers rest on: who somebody is, what they may see, who answers their queries, what happens, and the plan of now.

Promises: the same to routes, pages and agents, whether queries are answered in this process or in the gateway's; what takes long
is made beside requests. Does not: know of requests, or keep anything for one viewer.
"""

from hansa.server.backing.backing import Backing, InProcess, Inquiring, OverFlight
from hansa.server.backing.feeding import Feed, Follower, Missed
from hansa.server.backing.latest_plan import LatestPlan, MadePlan

__all__ = ["Backing", "Feed", "Follower", "InProcess", "Inquiring", "LatestPlan", "MadePlan", "Missed", "OverFlight"]
