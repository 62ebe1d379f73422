"""Checks a daily statement without `offsite`: Python and `cryptography` are enough.

python verify_statement.py statement.json statement.ed25519.pub [the-statement-before.json]
"""

import hashlib
import json
import sys
from base64 import b64decode
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_public_key


def canonical(value: object) -> bytes:
    """Spell as RFC 8785 does, for ASCII keys and whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


file, public, *before = (Path(name).read_bytes() for name in sys.argv[1:])
said, signature = json.loads(file)["statement"], json.loads(file)["signature"]
load_pem_public_key(public).verify(b64decode(signature), canonical(said))  # raises, if it isn't
for log in said["logs"]:
    voids = sum(void["to"] - void["from"] for void in log["voids"])
    left = log["cut"] - log["from"] - voids - sum(log["outcomes"].values())
    if left != log["difference"]:
        sys.exit(f"{log['topic']}/{log['partition']}: difference {left}, not {log['difference']}")
for last in (json.loads(each)["statement"] for each in before):
    cuts = {(log["topic_id"], log["partition"]): log["cut"] for log in last["logs"]}
    begins = {(log["topic_id"], log["partition"]): log["from"] for log in said["logs"]}
    if said["previous"] != hashlib.sha256(canonical(last)).hexdigest():
        sys.exit("this is not the statement before")
    if any(begins[log] != cuts.get(log, 0) for log in begins) or not cuts.keys() <= begins.keys():
        sys.exit("the ranges don't begin where the last ones were cut")
print(said["day"], "differences", [log["difference"] for log in said["logs"]], "lost", said["lost"])
