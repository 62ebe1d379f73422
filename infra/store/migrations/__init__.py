"""The database's history: one revision a change, oldest first."""
