"""The rules that make one label of several, and whom a rule overrules."""
