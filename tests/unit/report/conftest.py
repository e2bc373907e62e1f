import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def invented():
    """The module of invented results beside this file."""
    spec = importlib.util.spec_from_file_location("invented_results", Path(__file__).with_name("invented.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def rich(invented):
    return invented.rich()


@pytest.fixture(scope="session")
def results(invented):
    """Every kind of invented result by name."""
    return {kind: getattr(invented, kind)() for kind in ("rich", "minimal", "partial", "hostile", "large")}
