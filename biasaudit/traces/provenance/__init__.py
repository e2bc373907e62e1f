"""Through which contracts each label came, and what nobody wrote down of it."""
