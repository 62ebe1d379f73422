"""The outside world, and the place where everything is put together."""
