"""A worker of an older version: it runs as today's, and knows no reports.

python -m tests.support.older_worker run worker --lane general
"""

import sys

from infra.cli import main
from schemas.wire import reading

if __name__ == "__main__":
    reading.READERS = {  # type: ignore[misc]  # what an older version had
        kind: reader for kind, reader in reading.READERS.items() if "report" not in kind
    }
    sys.argv[0] = "offsite"
    main.main()
