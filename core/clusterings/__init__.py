"""Vectors to groups: one method per file. Groups are found on the vectors, never on a picture of them."""
