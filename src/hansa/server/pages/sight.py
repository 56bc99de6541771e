"""Where pages find what one viewer may know of; the API asks the same."""

from hansa.server.sight import REMEMBERED, Sight, Sights

__all__ = ["REMEMBERED", "Sight", "Sights"]
