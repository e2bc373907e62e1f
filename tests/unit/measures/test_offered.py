"""Metrics that other packages offer are found by name, and broken ones are listed."""

from importlib.metadata import EntryPoint

from biasaudit import plugins


def test_offered_measures(monkeypatch):
    def points(*, group):
        named = {"kappa": "sklearn.metrics:cohen_kappa_score", "gone": "sklearn.metrics:no_such", "text": "os:name"}
        return [EntryPoint(name=name, value=value, group=group) for name, value in named.items()]

    monkeypatch.setattr(plugins, "entry_points", points)
    metrics, failures = plugins.offered_measures()
    assert list(metrics) == ["kappa"]
    assert {failure.name: "failed to load" in failure.reason for failure in failures} == {"gone": True, "text": False}
