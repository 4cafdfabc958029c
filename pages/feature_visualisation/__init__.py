"""Feature visualisation: what a channel, a unit, a class or a layer of a network looks for."""
