"""The command line: verbs, printing, exit codes. Machine output on stdout, talk on stderr."""

from biasaudit.cli.main import ExitCode, main

__all__ = ["ExitCode", "main"]
