"""The parts of the page "Learn a kernel", one module each."""
