"""The steps of a run: what goes in, what is measured, where it is followed to, and how a result is closed."""
