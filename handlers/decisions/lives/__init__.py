"""The lives of a case, of an opinion incident and of a pack, as tables."""
