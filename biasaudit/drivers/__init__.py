"""Which inputs pull groups apart: contributions to the gap, stand-ins for protected attributes, and flips."""

from biasaudit.drivers.flips import measure_flips
from biasaudit.drivers.gaps import explain_gaps
from biasaudit.drivers.matching import match_pairs
from biasaudit.drivers.proxies import ALL_FEATURES, measure_proxies

__all__ = ["ALL_FEATURES", "explain_gaps", "match_pairs", "measure_flips", "measure_proxies"]
