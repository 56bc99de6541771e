"""What a run told in one line is read back as what it was."""

from hansa.run.failures import line
from hansa.server.pages.runs.troubles import Told, troubles_of
from hansa.trouble import Place, Trouble


def test_troubles_come_back_with_places_and_mend() -> None:
    troubles = (
        Trouble(
            "H406", "an input cannot be read: row 7; it is short", (Place("data/orders.csv", 7, 1),), "let it be delivered again"
        ),
        Trouble("H407", "no space left", mend="free space; then run again"),
        Trouble("H410", "Hansa itself failed"),
    )
    assert troubles_of(line(troubles)) == [
        Told("an input cannot be read: row 7; it is short", "H406", ("data/orders.csv:7:1",), "let it be delivered again"),
        Told("no space left", "H407", (), "free space; then run again"),
        Told("Hansa itself failed", "H410"),
    ]


def test_a_sentence_stays_one() -> None:
    assert troubles_of("1 of 26 checks failed (primaryKey)") == [Told("1 of 26 checks failed (primaryKey)")]
    assert troubles_of("") == []
