"""Who may push, and how much."""
