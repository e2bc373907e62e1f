"""Whose labels a gap comes with: the game of units, its refits and its intervals."""
