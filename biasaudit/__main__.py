"""``python -m biasaudit`` is the command ``biasaudit``."""

from biasaudit.cli import main

main()
