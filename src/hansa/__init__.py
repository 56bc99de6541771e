"""Hansa: data products as code, traded through ports under contracts, governed for all."""

from hansa.connecting import connect

__version__ = "0.1.0"
__all__ = ["connect"]
