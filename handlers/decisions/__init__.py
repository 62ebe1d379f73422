"""Decisions as functions of their arguments: no ports, no clock, no I/O."""
