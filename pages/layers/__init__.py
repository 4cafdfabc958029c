"""The parts of the page "Layers", one module each."""
