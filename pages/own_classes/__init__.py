"""Your own classes: a trained network learns to tell them apart from a few pictures each."""
