"""The command `offsite`."""
