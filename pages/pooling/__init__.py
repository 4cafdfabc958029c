"""The parts of the page "Pooling", one module each."""
