import functools
import importlib.util
import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INVENTED = Path(__file__).parents[1] / "unit" / "report" / "invented.py"


@pytest.fixture(scope="session")
def chromium():
    """The browser of the machine, opened once; skipped where there is none, but not in CI."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no Chromium on this machine (looked for {', '.join(NAMES)})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def invented():
    """The module of invented results of the report's own tests."""
    spec = importlib.util.spec_from_file_location("invented_results", INVENTED)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Visit:
    """An open page and all that it said or asked for."""

    def __init__(self, chromium, uri, *, width=1280, scheme="light", **options):
        self.context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("dialog", self._dismissed)
        self.page.goto(uri)

    def _dismissed(self, dialog):
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()


@pytest.fixture
def visit(chromium):
    """Opens a page: ``with visit(uri, width=390) as seen``."""
    return functools.partial(Visit, chromium)
