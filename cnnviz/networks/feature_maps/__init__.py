"""What a network's layers look like: overview, walls, statistics, ablation."""
