"""Publications, pointers and their history."""

from dataclasses import replace

from tests.behaviour.ledgers.records import HISTORY, NOW, PROFILES, RUN, a_publication, later, publish

from hansa.ledger import (
    Ledger,
    PointerMoved,
    PublicationsForgotten,
    Published,
)
from hansa.model import RunId


def test_a_publication_gets_an_id_and_a_version_and_is_what_consumers_see(started: Ledger) -> None:
    first = publish(started)
    assert first == replace(a_publication(), id=first.id, version=1)
    assert started.current(PROFILES, "prod") == first
    assert started.publication(first.id) == first


def test_versions_count_by_product_and_environment(started: Ledger) -> None:
    places = [(PROFILES, "prod"), (HISTORY, "prod"), (PROFILES, "prod"), (PROFILES, "pr-17")]
    published = [publish(started, product, environment) for product, environment in places]
    assert [p.version for p in published] == [1, 1, 2, 1]
    assert len({p.id for p in published}) == 4


def test_several_publications_of_one_write_come_back_in_order(started: Ledger) -> None:
    recorded = started.apply([Published(a_publication(HISTORY)), Published(a_publication(PROFILES, ports=0))])
    assert [p.product for p in recorded] == [HISTORY, PROFILES]
    assert started.currents("prod") == (recorded[1], recorded[0])


def test_history_is_newest_first_and_an_environment_has_its_own(started: Ledger) -> None:
    first, second, other = publish(started), publish(started), publish(started, environment="pr-17")
    publish(started, HISTORY)
    assert started.history(PROFILES) == (other, second, first)
    assert started.history(PROFILES, "prod") == (second, first)
    assert started.history(PROFILES, "nowhere") == ()


def test_a_rollback_moves_the_pointer_and_leaves_every_publication(started: Ledger) -> None:
    first, second = publish(started), publish(started)
    started.apply([PointerMoved(PROFILES, "prod", first.id, later(1), "bad prices", "eve")])
    assert started.current(PROFILES, "prod") == first
    assert started.history(PROFILES) == (second, first)
    assert publish(started).version == 3


def test_a_promotion_points_to_the_publication_of_another_environment(started: Ledger) -> None:
    tried = publish(started, environment="pr-17")
    started.apply([PointerMoved(PROFILES, "prod", tried.id, NOW, "promoted")])
    assert started.current(PROFILES, "prod") == tried
    assert started.environments() == ("pr-17", "prod")
    assert started.pointed() == (tried,)


def test_a_removed_pointer_shows_nothing_and_its_environment_is_gone(started: Ledger) -> None:
    publish(started, environment="pr-17")
    started.apply([PointerMoved(PROFILES, "pr-17", None, NOW, "closed")])
    assert started.current(PROFILES, "pr-17") is None
    assert started.currents("pr-17") == ()
    assert started.environments() == ()
    assert started.pointed() == ()


def test_every_move_is_logged_newest_first_with_its_reason(started: Ledger) -> None:
    first, second = publish(started), publish(started)
    started.apply([PointerMoved(PROFILES, "prod", first.id, later(1), "bad prices", "eve")])
    started.apply([PointerMoved(PROFILES, "prod", None, later(2), "retired")])
    moves = started.moves(PROFILES, "prod")
    assert [(m.before, m.after, m.reason, m.actor) for m in moves] == [
        (first.id, None, "retired", ""),
        (second.id, first.id, "bad prices", "eve"),
        (first.id, second.id, "published", "ada"),
        (None, first.id, "published", "ada"),
    ]
    assert moves[0].at == later(2)
    assert started.moves(PROFILES, "pr-17") == ()


def test_a_move_to_the_same_place_leaves_no_trace(started: Ledger) -> None:
    first = publish(started)
    events = started.events()
    started.apply([PointerMoved(PROFILES, "prod", first.id, NOW, "again")])
    started.apply([PointerMoved(HISTORY, "prod", None, NOW, "never was")])
    assert len(started.moves(PROFILES, "prod")) == 1
    assert started.events() == events


def test_what_is_forgotten_is_gone_and_its_id_and_version_are_never_given_again(started: Ledger) -> None:
    first, second = publish(started), publish(started)
    started.apply([PointerMoved(PROFILES, "prod", first.id, NOW, "bad")])
    started.apply([PublicationsForgotten((second.id,))])
    assert started.publication(second.id) is None
    assert started.history(PROFILES) == (first,)
    assert [m.after for m in started.moves(PROFILES, "prod")] == [first.id, second.id, first.id]
    third = publish(started)
    assert third.version == 3
    assert third.id > second.id


def test_a_product_counts_as_published_until_its_last_publication_is_forgotten(started: Ledger) -> None:
    first, other = publish(started), publish(started, HISTORY)
    started.apply([PointerMoved(p, "prod", None, NOW, "retired") for p in (PROFILES, HISTORY)])
    assert started.published_products() == (PROFILES, HISTORY)
    started.apply([PublicationsForgotten((first.id,))])
    assert started.published_products() == (other.product,)


def test_forgetting_twice_is_harmless(started: Ledger) -> None:
    first, _ = publish(started), publish(started)
    for _ in range(2):
        started.apply([PublicationsForgotten((first.id,))])
    assert started.publication(first.id) is None


def test_what_a_run_published_is_found_by_the_run(started: Ledger) -> None:
    first, second = publish(started), publish(started)
    assert started.published_by(RUN) == (first, second)
    assert started.published_by(RunId("nobody")) == ()


def test_what_is_pointed_to_can_be_read_without_its_declarations(started: Ledger) -> None:
    published = publish(started), publish(started, HISTORY)
    assert all(p.declaration for p in published)
    bare = started.currents("prod", declared=False)
    assert bare == tuple(replace(p, declaration="") for p in started.currents("prod"))
    assert started.currents("nowhere", declared=False) == ()
