"""One file a version, in order. A released one is never edited: what it made is in people's databases."""

__all__: list[str] = []
