"""What a keeper hears of a gateway's heart. It imports nothing that a keeper should not."""

import os
import time

_BORN = 60.0  # seconds until the first beat, in which a mesh is compiled
_ASLEEP = 5.0  # between two looks: then it was this process that stood still, and it says nothing about the other


class Heart:
    """The end of a pipe, which does not block, where something is written as long as a gateway answers."""

    def __init__(self, beat: int, silence: float) -> None:
        self._beat, self._silence = beat, silence
        self._born = False
        self._last = self._looked = time.monotonic()
        self.told = False

    def stopped(self) -> bool:
        """Whether nothing was heard for too long. To be asked often."""
        now = time.monotonic()
        if now - self._looked > _ASLEEP or self._heard():
            self._last = now
        self._looked = now
        self.told = now - self._last > (self._silence if self._born else max(self._silence, _BORN))
        return self.told

    def _heard(self) -> bool:
        try:
            heard = bool(os.read(self._beat, 4096))
        except BlockingIOError:
            return False
        self._born = self._born or heard
        return heard
