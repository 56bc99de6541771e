"""`hansa check` of a million columns ends within 60 seconds from cold and 3 seconds after one edit, in 4 GB.

Size: 10,000 generated products of a hundred columns, what a large company has; and a tenth of them, to show that the cost grows
with the columns and not faster. The peer reads the same files with general loaders and checks nothing. It takes about half
an hour, so it runs only when it is named.
"""

from benchmarks.compile import sized
from benchmarks.outcome import Outcome
from benchmarks.series import amount, peak, ratio
from benchmarks.setting import Setting

COLD = 60.0
WARM = 3.0


def measure(setting: Setting) -> Outcome:
    few, many, columns = (2, 4, 20) if setting.small else (1_000, 10_000, 100)
    tenth = sized(few, setting, columns)
    floor, cold, again, edited, ruled = sized(many, setting, columns)
    size = f"{many:,} products of {columns} columns"
    return Outcome(
        (*tenth, floor, cold, again, edited, ruled),
        (
            amount(f"hansa check of {size}, cold", cold.values, "s", COLD),
            amount("the same, with twenty policies", ruled.values, "s", COLD),
            amount("the same, one changed", edited.values, "s", WARM),
            amount("the same, unchanged", again.values, "s", WARM),
            ratio("cold ÷ read and parse only", cold, floor),
            ratio(f"cold ÷ that of {few:,} products", cold, tenth[1]),
            peak(f"peak memory of {size}", cold),
        ),
    )
