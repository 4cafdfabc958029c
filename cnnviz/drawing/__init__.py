"""Numbers become pictures: colour scales, letters, animations."""
