"""Finding texts for queries, and scoring what was found.

Read it in this order: `candidates` (what can answer a query), `judged` (which texts are right), `search` (exact
search with vectors), `bm25`, `fusion` (two rankings made one, and reranked), `figures` (the measures), `scoring`
(their values for each query).
"""
