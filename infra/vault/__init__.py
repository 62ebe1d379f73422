"""Where evidence lies: sealed bytes under their own digest."""
