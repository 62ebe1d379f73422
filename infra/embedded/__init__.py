"""A broker, a database and our own workers on one machine, started and watched by us."""
