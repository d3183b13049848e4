"""The law: the same envelopes, in any order, batching and repetition, give the same shipments, byte for byte."""

import itertools
import tempfile
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from hub.clock import micros
from hub.intake import store
from hub.store.engine import open_engine, reading, writing
from hub.store.inbox import Kept
from hub.store.migrations import upgrade
from hub.store.replays import split_again
from hub.store.rows import envelope_id
from hub.store.sealer import Unsealed
from hub.store.tables import envelope, revision, shipment
from hub.verify import verify
from hub.worker import Worker
from tests.unit.store.fakes import START, FakeClock, World, fold

_KEYS = [f"awb:020-{number}" for number in range(2)]
_said = st.builds(
    lambda key, field, value: f"{key}/{field}={value}",
    st.sampled_from(_KEYS),
    st.sampled_from(["origin", "pieces", "seq"]),
    st.integers(1, 3),
)
_line = st.builds(
    lambda author, kind, scope, action, at, said: f"{author} {kind} {scope} {action} {at} {' '.join(said)}",
    st.sampled_from(["FRA", "FRA", "FRA", "stranger"]),
    st.just("FFM"),
    st.sampled_from(["s1", "s1", "s2"]),
    st.sampled_from(["replace", "replace", "patch", "patch", "cancel"]),
    st.sampled_from(["-", "1", "2", "3"]),
    st.lists(_said, min_size=1, max_size=3),
)
_file = st.lists(_line, min_size=1, max_size=3).map("\n".join)
_files = st.lists(
    st.tuples(_file, st.sampled_from(["p1", "p2"]), st.integers(0, 3)), min_size=2, max_size=6, unique_by=lambda one: one[:2]
)


def kept(file: tuple[str, str, int]) -> Kept:
    text, partner, seconds = file
    digest = text.encode().hex()
    return Kept(
        id=envelope_id(partner, digest),
        digest=digest[:60],
        partner=partner,
        channel="test",
        media="",
        name="",
        raw=text.encode(),
        received_at=micros(START) + seconds * 1_000_000,
    )


def shipments_after(runs: Sequence[Sequence[tuple[str, str, int]]], *, batch: int, again: int = 0) -> dict[str, bytes]:
    """What is stored when files come in these runs, worked on in batches of this size, the first ``again`` envelopes replayed."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/hub.db")
        upgrade(engine)
        world = World("north")
        worker = Worker(engine, FakeClock(), world.line, batch=batch)
        for run in runs:
            store(engine, [kept(one) for one in run], Unsealed())
            worker.drain(seconds=20)
        replay(engine, again)
        worker.drain(seconds=20)
        worker.close()
        assert list(verify(engine, fold)) == []
        found = documents(engine)
        engine.dispose()
        return found


def replay(engine: Engine, count: int) -> None:
    with writing(engine) as connection:
        split_again(connection, connection.execute(select(envelope.c.seq).order_by(envelope.c.seq).limit(count)).scalars().all())


def documents(engine: Engine) -> dict[str, bytes]:
    query = select(shipment.c.key, revision.c.document, shipment.c.proof_digest).join_from(
        shipment, revision, (revision.c.shipment == shipment.c.key) & (revision.c.revision_no == shipment.c.revision_no)
    )
    with reading(engine) as connection:
        return {
            row.key: row.document + row.proof_digest.encode() for row in connection.execute(query.where(shipment.c.live == 1))
        }


# Not shrunk: each try is several databases, and a failing one is small as it is.
@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(files=_files, data=st.data())
def test_any_order_batching_and_repetition_gives_the_same_shipments(
    files: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    plain = shipments_after([files], batch=256)
    shuffled = data.draw(st.permutations(files))
    # Half of the time one by one, each drained before the next comes: what displaces must touch what it displaces.
    cuts = (
        list(range(1, len(files)))
        if data.draw(st.booleans())
        else sorted(data.draw(st.lists(st.integers(0, len(files)), max_size=2)))
    )
    runs = [shuffled[low:high] for low, high in itertools.pairwise([0, *cuts, len(files)])]
    again = data.draw(st.sampled_from([0, 0, 1, 2]))
    repeated = [*runs, data.draw(st.permutations(files))]
    assert shipments_after(repeated, batch=data.draw(st.sampled_from([1, 2, 256])), again=again) == plain
