"""Runs of the two implementations against each other (see ../README.md)."""
