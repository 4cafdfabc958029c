"""The page Build a network."""
