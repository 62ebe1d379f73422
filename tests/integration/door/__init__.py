"""The front door, with a real Kafka and a real database behind it."""

import warnings

# Named on the command line, this folder's conftest is read before the filters of the root's hold.
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "(read|open)_text is deprecated", DeprecationWarning)
    import kafka  # noqa: F401 - so that it is there already
