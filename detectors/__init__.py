"""From pixels to observations."""
