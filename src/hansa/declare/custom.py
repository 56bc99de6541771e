"""Our own keys in other people's standards: `customProperties` with `vendor: hansa`. What they mean is decided in `compile`.

On an output port `refresh`; on a product `mainPort`; on an input port `object`.
"""

from typing import Protocol

from hansa.declare.bitol import CustomProperty

VENDOR = "hansa"


class Extensible(Protocol):
    @property
    def custom_properties(self) -> tuple[CustomProperty, ...]: ...


def custom(record: Extensible, name: str) -> CustomProperty | None:
    """The custom property of a name that is ours: with our vendor, or, as before ODPS 1.1 and ODCS 3.2, with none.

    Its value stands at `document.place(found.at + ("value",))`.
    """
    ours = [each for each in record.custom_properties if each.property == name and each.vendor in (VENDOR, "")]
    return max(ours, key=lambda each: each.vendor == VENDOR, default=None)
