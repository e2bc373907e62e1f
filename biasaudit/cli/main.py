"""The command ``biasaudit``: one file a verb, loaded when it is called so that help is instant."""

from __future__ import annotations

import enum
import importlib
import logging
import sys
from typing import Any, NoReturn

import click

from biasaudit.errors import BiasAuditError, PluginError


class ExitCode(enum.IntEnum):
    """What the exit code of ``biasaudit`` means."""

    DONE = 0  #: it ran; every gate is met, or none is declared
    GATE = 1  #: it ran; a gate is not met, or cannot be told where that fails
    MISTAKE = 2  #: the declaration or the data is wrong; nothing was measured
    PARTIAL = 3  #: a step, plugin or check failed; wins over GATE


#: Verbs in the order of help, with the line that help shows for each; the file of a verb is named after it.
VERBS = {
    "list": "Show the audits that can be run by name.",
    "run": "Run audits and write their results and reports.",
    "report": "Write a report again from a result, or an index over several.",
    "compare": "Write what moved between two results, and whether chance alone explains it.",
    "explain": "Write a letter that explains one decision to the person concerned.",
    "amend": "Append words to a result; no number changes.",
    "new": "Begin a new audit in a folder of its own.",
    "schema": "Print the JSON Schema of audit.toml, provenance.toml or result.json.",
    "data": "Show, describe and fetch named datasets.",
}


class Verbs(click.Group):
    """A group of verbs whose files are read only when a verb is called."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Name the verbs in the order of help."""
        return list(VERBS)

    def get_command(self, _context: click.Context, cmd_name: str) -> click.Command | None:
        """Load the file of a verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"biasaudit.cli.{cmd_name}_verb")
        command: click.Command = module.command
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without loading their files."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="biasaudit", message="biasaudit %(version)s")
@click.option("--debug", is_flag=True, help="Show tracebacks and what each step does.")
def group(*, debug: bool) -> None:
    """Measure how differently a selection model treats groups, and where the gap was made.

    AUDIT is a bundled name (see `biasaudit list`), a folder with an audit.toml, or such a file.

    \b
    Exit codes: 0 ran, every gate met · 1 a gate is not met · 2 the declaration or the data
    is wrong, nothing was measured · 3 a step or plugin failed, the result is partial.
    """  # noqa: D301 - \b is click's mark for a paragraph that is not wrapped
    if debug:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
        logging.getLogger().setLevel(logging.INFO)
        logging.getLogger("biasaudit").setLevel(logging.DEBUG)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and leave with its exit code.

    Parameters
    ----------
    arguments : list of str, optional
        The words after ``biasaudit``; those of the process by default.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Names come from files: a terminal that cannot show one must not end the run.
            stream.reconfigure(errors="backslashreplace")
    try:
        code: Any = group.main(args=arguments, prog_name="biasaudit", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.Abort:
        say("Stopped.")
        code = ExitCode.PARTIAL
    except click.ClickException as error:
        error.show()
        code = ExitCode.MISTAKE
    except PluginError as error:
        say(str(error))
        code = ExitCode.PARTIAL
    except BiasAuditError as error:
        logging.getLogger("biasaudit").debug("where it was raised", exc_info=True)
        say(str(error))
        code = ExitCode.MISTAKE
    except BrokenPipeError:
        # The reader of a pipe has left (`biasaudit list | head`): nothing is wrong.
        sys.stderr.close()
        code = ExitCode.DONE
    except Exception as error:
        logging.getLogger("biasaudit").debug("where it was raised", exc_info=True)
        what = str(error).strip() or "no message"
        say(
            f"biasaudit has a defect ({type(error).__name__}: {what}). `biasaudit --debug …` shows where: please report it."
        )
        code = ExitCode.PARTIAL
    sys.exit(int(code or 0))


def say(text: str) -> None:
    """Talk to the person at the terminal, on stderr, with control characters made visible."""
    click.echo(visible(text), err=True)


def visible(text: str) -> str:
    r"""Make control characters of a user's names visible, so that none can steer a terminal.

    Examples
    --------
    >>> visible("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(
        character if character in "\n\t" or character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def one_line(text: str, indent: int = 0) -> str:
    r"""Put a text that holds a user's words on one line, so that no name can pass for a line of ours.

    Examples
    --------
    >>> one_line("a\nERROR: b", indent=2)
    '  a ERROR: b'
    """
    return " " * indent + visible(" ".join(text.split()))
