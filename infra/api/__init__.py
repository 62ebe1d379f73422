"""What the outside reaches by HTTP."""
