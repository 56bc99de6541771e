"""The plan of now, made outside of any request: whoever asks gets the newest there is, with its age, and another is begun."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable

from hansa.frozen import dataclass
from hansa.plan import Plan
from hansa.trouble import Trouble, TroubleError

GOOD = 20.0  # seconds for which a plan is shown without another being made
WAITED = 1.5  # seconds that the first who asks waits for it
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MadePlan:
    """A plan, when it was begun to be made, and how long that took. Without a plan, `troubles` say why there is none."""

    plan: Plan | None
    at: dt.datetime
    seconds: float
    troubles: tuple[Trouble, ...] = ()


class LatestPlan:
    """Safe in many threads; one plan is made at a time."""

    def __init__(self, make: Callable[[], Plan], clock: Callable[[], dt.datetime], good: float = GOOD) -> None:
        self._make, self._clock, self._good = make, clock, good
        self._making, self._made = threading.Lock(), threading.Event()
        self._latest: MadePlan | None = None
        self._until = 0.0

    @property
    def under_way(self) -> bool:
        """Whether another is being made."""
        return self._making.locked()

    def look(self, wait: float = WAITED) -> MadePlan | None:
        """The newest plan; None when the first one is not made yet."""
        if time.monotonic() >= self._until and self._making.acquire(blocking=False):
            threading.Thread(target=self._work, name="hansa-plan", daemon=True).start()
        if self._latest is None:
            self._made.wait(wait)
        return self._latest

    def _work(self) -> None:
        at, began = self._clock(), time.monotonic()
        try:
            plan, troubles = self._plan()
            self._latest = MadePlan(plan, at, time.monotonic() - began, troubles)
        finally:
            # What takes long is made less often, so that no more than a tenth of the time goes into plans.
            self._until = time.monotonic() + max(self._good, 10 * (time.monotonic() - began))
            self._making.release()
            self._made.set()

    def _plan(self) -> tuple[Plan | None, tuple[Trouble, ...]]:
        try:
            return self._make(), ()
        except TroubleError as error:
            return None, error.troubles
        except Exception:  # noqa: BLE001 - a fault of ours in a thread of its own would be told to nobody
            _log.error("the plan could not be made", exc_info=True)
            mend = "run `hansa plan` beside the server, which tells more"
            return None, (Trouble("H852", "the plan could not be made; the server's log says why", mend=mend),)
