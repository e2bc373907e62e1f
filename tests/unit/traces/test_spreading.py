"""Refits carried elsewhere: through processes or a cluster, the same bytes come back."""

import contextlib
import warnings
from dataclasses import replace

import joblib
import pytest

from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import trace_world
from biasaudit.traces.attribution import spreading

FEW = {"replicates": 10, "placebos": 19}
SMALL = World(items=400)


@pytest.fixture(scope="module")
def alone():
    return trace_world(7, SMALL, **FEW)[0].model_dump_json()


@pytest.mark.parametrize("reference", ["gold", "peers"])
def test_processes_give_the_same_bytes(monkeypatch, alone, reference):
    monkeypatch.setattr(spreading, "WORTH_A_PROCESS", 0.0)
    one = alone if reference == "gold" else trace_world(7, SMALL, reference=reference, **FEW)[0].model_dump_json()
    assert trace_world(7, SMALL, reference=reference, jobs=2, **FEW)[0].model_dump_json() == one


def test_short_work_stays_here(monkeypatch, alone):
    def refuse(**_):
        raise AssertionError("no process should have been started")

    monkeypatch.setattr(spreading, "Parallel", refuse)
    assert trace_world(7, SMALL, jobs=2, **FEW)[0].model_dump_json() == alone


def test_a_backend_that_gives_no_generators_serves(monkeypatch, alone):
    """The backends of Spark and Ray give lists; a registered one of another name stands for them."""
    from joblib._parallel_backends import ThreadingBackend

    class Elsewhere(ThreadingBackend):
        supports_return_generator = False
        calls = 0

        def configure(self, *args, **more):
            Elsewhere.calls += 1
            return super().configure(*args, **more)

    joblib.register_parallel_backend("elsewhere", Elsewhere)
    with joblib.parallel_config(backend="elsewhere", n_jobs=2):
        assert trace_world(7, SMALL, **FEW)[0].model_dump_json() == alone
    assert Elsewhere.calls > 0


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_bytes(alone):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        warnings.simplefilter("ignore")  # what a cluster says of ports and of its own way down is not ours
        cluster = stack.enter_context(
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
        )
        client = stack.enter_context(distributed.Client(cluster))
        with joblib.parallel_config(backend="dask"):
            found = trace_world(7, SMALL, **FEW)[0].model_dump_json()
            sampled = replace(SMALL, penalties={f"unit {number}": 0.0 for number in range(9)}, items=300)
            there = trace_world(7, sampled, **FEW)[0].model_dump_json()
        did = client.run(lambda dask_worker: len(dask_worker.state.tasks) + dask_worker.state.transition_counter)
    assert found == alone
    assert there == trace_world(7, sampled, **FEW)[0].model_dump_json()
    assert sum(did.values()) > 0
