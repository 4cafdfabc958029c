"""The browser components of these pages, each mounted by one typed function."""
