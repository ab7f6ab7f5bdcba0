"""`python -m core`."""

import os
import sys

from core.cli import main

# As in a worker: threads of OpenMP that wait must sleep. On a busy machine they else burn what the others need.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
sys.exit(main())
