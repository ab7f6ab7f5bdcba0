"""Vectors made smaller: fewer dimensions, fewer bits, an index instead of a look at every text.

Read it in this order: `forms` (how vectors are held, as a word), `reducing` (fewer dimensions), `holding` (texts held
in a form, and searched). Everything is made from a model's unit float32 vectors; nothing is embedded again.
"""
