"""Which labels matter most for a gap, what giving them anew would do, and what it did."""
