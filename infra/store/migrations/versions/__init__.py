"""Revisions. Once shipped they stay as they are: a change is a new one."""
