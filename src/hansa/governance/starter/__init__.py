"""The starter pack: policies to begin with, one YAML file each, in the form in which a mesh keeps its own.

They are copied into a mesh and belong to it from then on; nothing here is in force by itself.
"""

from hansa.governance.starter.pack import StarterPolicy, adopted_text, starter_pack

__all__ = ["StarterPolicy", "adopted_text", "starter_pack"]
