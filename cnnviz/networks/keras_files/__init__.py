"""Uploaded `.keras` files: read as data, never as code, and rebuilt."""
