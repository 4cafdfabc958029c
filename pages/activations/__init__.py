"""The parts of the page "Activations", one module each."""
