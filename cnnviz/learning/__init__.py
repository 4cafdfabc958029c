"""Learning: gradient descent finds a kernel."""
