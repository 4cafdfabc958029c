"""Lessons: prepared views with a question each."""

from pages.lessons.steps import lessons
from pages.ui.frame import page_frame

page_frame("pages/21_lessons.py")
lessons()
