"""How far annotators agree about each group, and which pools agree with whom."""
