"""The browser components of this page, each mounted by one typed function."""
