"""Prints a page to PDF with a Chromium found on the machine: no package is needed for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from biasaudit.errors import ResultError

#: Variable of the environment that names a browser, before any is looked for.
BROWSER_VARIABLE = "BIASAUDIT_CHROMIUM"
#: Names under which browsers of the Chromium family are found on a path.
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "brave-browser",
    "msedge",
)
#: Where they are installed without being on a path.
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
#: Seconds after which a browser is taken to hang: a report of a usual audit takes five.
SECONDS = 180
#: No window, nothing asked of a network or another program, no head and foot of the browser's own.
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)
_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)


def find_browser() -> str:
    """Find a Chromium, Chrome, Edge or Brave.

    Returns
    -------
    str
        The program.

    Raises
    ------
    ResultError
        Where there is none; it says what to install.
    """
    named = os.environ.get(BROWSER_VARIABLE)
    if named:
        if (found := shutil.which(named)) is None:
            raise ResultError(f"{BROWSER_VARIABLE} names {named!r}, and there is no such program.")
        return found
    for name in (*NAMES, *PLACES):
        if (found := shutil.which(name)) is not None:
            return found
    raise ResultError(
        "A PDF is printed by a browser, and none was found. Install Chromium, Chrome or Edge, 131 or newer "
        f"(Debian and Ubuntu: apt install chromium; macOS: brew install --cask chromium), or name one in {BROWSER_VARIABLE}. "
        "Without one, open the HTML in any browser and print it."
    )


def print_pdf(page: str, target: Path) -> Path:
    """Print a page to PDF.

    Parameters
    ----------
    page : str
        A self-contained page of ours; it is printed without its script, which only screens need.
    target : Path
        File to write; its folder is made where there is none.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ResultError
        Where there is no browser, it fails, or the file cannot be written.
    """
    browser = find_browser()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, because a browser in a box of its own (snap) sees no temporary folder of others.
        with tempfile.TemporaryDirectory(
            prefix="biasaudit-pdf-", dir=target.resolve().parent, ignore_cleanup_errors=True
        ) as name:
            folder = Path(name)
            source, made = folder / "page.html", folder / "page.pdf"
            source.write_text(_SCRIPT.sub("", page), encoding="utf-8", newline="\n")
            _print(browser, source, made, folder / "profile")
            shutil.copyfile(made, target)
    except OSError as error:
        raise ResultError(f"{target}: cannot be written ({error.strerror}).") from None
    return target


def _print(browser: str, source: Path, made: Path, profile: Path) -> None:
    command = [browser, *_OPTIONS, f"--user-data-dir={profile}", f"--print-to-pdf={made}", source.as_uri()]
    if sys.platform == "linux" and os.geteuid() == 0:
        # Chromium refuses to start as root with its sandbox; the page is our own, and its policy lets nothing run.
        command.insert(1, "--no-sandbox")
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - fixed words and our own files
    except subprocess.TimeoutExpired:
        raise ResultError(f"{browser} did not print the report within {SECONDS} seconds.") from None
    except OSError as error:
        raise ResultError(f"{browser} cannot be started ({error.strerror}).") from None
    if not made.is_file() or not made.read_bytes().startswith(b"%PDF-"):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        last = f": {said[-1]}" if said else ""
        raise ResultError(f"{browser} ended with code {done.returncode} and printed nothing{last}")
