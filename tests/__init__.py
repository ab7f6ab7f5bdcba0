"""All tests. Several processes share the cores: waiting threads of theirs must sleep, or nobody gets on."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when a library with OpenMP is loaded
