"""The same rows, written from the consumers of other runtimes."""
