"""Glossary: what the words mean, and where one can see it."""

from pages.glossary.words import words
from pages.ui.frame import page_frame

page_frame("pages/20_glossary.py")
words()
