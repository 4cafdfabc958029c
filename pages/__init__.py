"""The pages, one per idea, in teaching order."""
