"""The words: values that every other room speaks in. Pure."""
