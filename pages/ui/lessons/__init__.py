"""Prepared lessons: views with a question each, one after the other."""
