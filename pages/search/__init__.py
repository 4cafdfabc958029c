"""The Search page: which pictures, what the network makes of them, a query and its answers."""
