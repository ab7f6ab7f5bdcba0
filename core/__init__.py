"""Vecassay's engine: see, measure and choose text-embedding models on your own data.

Read it in this order: `types` (the nouns), `corpora` (texts in), `providers` (vectors out), `store` (what is kept),
`measures` (numbers about vectors), `pipeline` (questions and answers), `jobs` (where they run), then `session`
(the seam to Streamlit) or `cli`.
"""
