"""The seeded street: scenes, their exact truth, and their pictures."""
