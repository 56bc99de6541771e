"""Hansa: data products as code, traded through ports under contracts, governed for all."""

__version__ = "0.1.0"
