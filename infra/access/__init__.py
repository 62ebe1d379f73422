"""Who may push and who may act, and how much."""
