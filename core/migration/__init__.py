"""From one model to another without embedding again: how far a linear map between their spaces gets.

Read it in this order: `maps` (fitting and applying one), `crossfit` (every text mapped by a map that never saw it),
`words` (a plan in sentences, for page and command line alike).
"""
