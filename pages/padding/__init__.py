"""The parts of the Padding and stride page."""
