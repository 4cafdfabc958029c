"""Why: which pixels made a network's answer, and how far to trust that."""
