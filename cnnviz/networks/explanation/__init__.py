"""Any number of a network, taken apart into what it is computed from."""
