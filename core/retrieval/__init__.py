"""Finding texts for queries, and scoring what was found.

Read it in this order: `candidates` (what can answer a query), `judged` (which texts are right),
`figures` (the measures).
"""
