"""The law as gates: each a named, pure function with its clause, and a page in `docs/gates`."""
