"""What all tests share: how hypothesis draws its examples."""

import os

from hypothesis import settings

# A busy machine is no bug, so nothing has a deadline; and CI draws the same examples each time, so that a
# change is judged by what it changed. Elsewhere examples are drawn anew, to find what CI has not.
settings.register_profile("biasaudit", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("biasaudit")
