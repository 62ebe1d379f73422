# Every target sets up what it needs; nothing relies on what was installed by hand.
.PHONY: setup demo test bench bench-vision faults check audit lock clean
PY := .venv/bin/python

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	scripts/setup

.venv-peers/ready: tests/bench/peers/requirements.lock
	scripts/setup-peers

demo: setup
	.venv/bin/offsite demo

test: setup
	scripts/check
	$(PY) -m pytest tests --ignore=tests/unit --ignore=tests/architecture

bench: setup .venv-peers/ready
	$(PY) -m tests.bench

bench-vision: setup
	$(PY) -m tests.bench.vision

faults: setup
	$(PY) -m tests.faults

check: setup
	scripts/check

audit: setup
	$(PY) scripts/audit.py

lock:
	scripts/lock

clean:
	rm -rf .venv .venv-peers demo-out bench-out faults-out
