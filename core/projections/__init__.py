"""Vectors to a picture: one method per file, `(n, d)` in, `(n, 2)` or `(n, 3)` out."""
