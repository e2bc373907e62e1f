"""The built wheel carries audits and datasets, and runs them where no checkout is."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The wheel, built from this checkout and unpacked as pip would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def run_there(unpacked, folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "biasaudit", *words],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_carries_what_it_needs_and_nothing_else(unpacked):
    inside = {path.name for path in unpacked.iterdir()}
    assert {name.split("-")[0] for name in inside} == {"biasaudit"}
    for part in (
        "bundled/audits/st-georges/audit.toml",
        "bundled/datasets/st_georges/make.py",
        "report/locale/fr/LC_MESSAGES/biasaudit.po",
        "py.typed",
    ):
        assert (unpacked / "biasaudit" / part).is_file(), part
    assert not list(unpacked.rglob("__pycache__"))


@pytest.mark.slow
def test_the_wheel_lists_and_runs_bundled_audits_outside_the_checkout(unpacked, tmp_path):
    assert "st-georges" in run_there(unpacked, tmp_path, "list")
    where = run_there(unpacked, tmp_path, "data", "list")
    assert "st_georges" in where
    quick = ("--set", "uncertainty.replicates=10", "--set", "uncertainty.placebos=19", "--quiet")
    run_there(unpacked, tmp_path, "run", "st-georges", *quick)
    assert "Simulated" in (tmp_path / "reports/st-georges/report.html").read_text(encoding="utf-8")
