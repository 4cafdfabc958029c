"""The parts of the page on channels: one filter in full, and several at once."""
