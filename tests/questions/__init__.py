"""Questions, asked of vectors that are given by hand."""
