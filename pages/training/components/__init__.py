"""The browser components of the page "Train it"."""
