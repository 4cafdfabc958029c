"""The tests; what is set here is set before anything imports NumPy."""

import os

# As the server does (serve.py): on a busy machine, threads that wait for each other by spinning
# take ten times the processor. A product of matrices in the previews took 3 s.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
