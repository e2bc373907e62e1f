"""``pytest --biasaudit AUDIT`` turns each gate into a test."""

import subprocess
import sys

GATE = '\n[[gate]]\nattribute = "group"\nstatistic = "gap"\n{bound}\n'


def outcomes(folder, *, bounds):
    file = folder / "audit.toml"
    text = file.read_text()
    text = text.replace('train = "logistic_regression"\nshare = 0.3', 'decision = "label"')
    text = text.split("[annotations]")[0].replace('split = { column = "part", test = "test" }\n', "")
    file.write_text(text + "".join(GATE.format(bound=bound) for bound in bounds))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--biasaudit", str(folder), str(folder)],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_met_gate_passes_and_a_missed_one_fails(audit):
    code, out = outcomes(audit[0], bounds=["at_most = 0.9", "at_least = 0.9"])
    assert code == 1
    assert "2 passed" in out
    assert "1 failed" in out
    assert "gate 2" in out


def test_without_the_option_nothing_is_collected(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert "no tests ran" in done.stdout
