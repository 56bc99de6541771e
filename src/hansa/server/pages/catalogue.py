"""Where pages find what they show beside what the API stands on."""

from hansa.server.catalogue import FRESH, GOOD, Catalogue

__all__ = ["FRESH", "GOOD", "Catalogue"]
