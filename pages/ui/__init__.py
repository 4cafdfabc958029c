"""What the pages share: frame, picture picker, controls, component wrappers."""
