"""The page Train it."""
