"""The list of log events: all that a process may say in its log, with the fields that it may say.

`docs/logs.md` is written from it; a test holds every call in the code against it. No field is
for a plate, a face, a name or a text of a citizen's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FOREIGN: Final = "driver_said"
"""What a library says, as one event of ours."""

FIELDS: Final[Mapping[str, str]] = {
    "application": "a process, as the database knows it",
    "camera": "a camera's id",
    "channel": "webhook by a digest of its address, or kafka",
    "digest": "of a policy pack",
    "end": "the offset after the last",
    "error": "of a neighbour or of a form: expected, got",
    "file": "in the data folder",
    "first": "the first offset",
    "key": "of a trouble",
    "kind": "of trouble",
    "lane": "safety, general",
    "letter": "a letter's id: a case with its version, or an address",
    "logger": "of a library",
    "message": "a library's words",
    "messages": "how many",
    "name": "of a policy pack",
    "notice": "an alarm's telling, by its id",
    "partition": "its number",
    "sentence": "what is wrong with the house",
    "stage": "where a probe is stuck",
    "topic": "one of ours",
    "version": "of a policy pack",
    "wait_s": "until the next try",
    "why": "of a lane that stands",
    "watcher": "its number in the lookout",
}
"""What each field says. Beside them every line has `event`, `level` and `timestamp`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One entry."""

    name: str
    meaning: str
    fields: frozenset[str]


def _event(name: str, meaning: str, *fields: str) -> LogEvent:
    return LogEvent(name=name, meaning=meaning, fields=frozenset(fields))


_EVENTS: Final = (
    _event("alarm_raised", "A trouble lasted", "key", "kind", "sentence"),
    _event("alarm_recovered", "It is over", "key", "kind", "sentence"),
    _event(
        "alarm_not_delivered", "A channel did not acknowledge a telling",
        "channel", "notice", "error", "wait_s",
    ),
    _event("alarms_forgotten", "What was raised can't be read; begun anew", "file", "error"),
    _event("alarms_not_kept", "What is raised can't be written; told all the same", "error"),
    _event("beats_put_off", "A process can't say that it lives: the database is away", "error"),
    _event("broker_away", "A worker waits for Kafka", "error", "wait_s"),
    _event("clocks_away", "The keeper of the clocks waits for the database", "error", "wait_s"),
    _event(FOREIGN, "A library of ours says something", "logger", "message"),
    _event("gap_read_again", "Faust skipped messages; they are read", "topic", "first", "end"),
    _event("keys_file_damaged", "A door asks the database for its keys", "file", "error"),
    _event("keys_not_kept", "A door can't write its keys down", "error"),
    _event("keys_not_refreshed", "A door goes on with the keys that it knows", "error"),
    _event("lane_stopped", "A lane stands until a person lets it go on", "lane", "why"),
    _event("left", "A worker finished its batch and leaves the group", "topic"),
    _event("left_in_mid_batch", "It could not finish in time; the batch is others'", "topic"),
    _event("letter_held", "Kafka did not take a letter", "letter", "topic", "error"),
    _event(
        "neighbour_away", "A worker waits and tries the same batch again",
        "topic", "partition", "error", "wait_s",
    ),
    _event("outbox_away", "A relay waits for the database", "error", "wait_s"),
    _event("pack_in_force", "Another policy pack decides from now on", "name", "version", "digest"),
    _event("pack_not_refreshed", "The pack that was in force decides on", "error"),
    _event("probe_missed", "A probe did not come back in time", "lane", "stage", "sentence"),
    _event("probes_not_read", "The prober waits for Kafka", "error"),
    _event("process_gave_up", "A process ends, and why", "error"),
    _event("samples_not_kept", "The lookout can't write how far partitions are", "error"),
    _event(
        "skipped_messages_settled", "The sweep found messages that nobody brought",
        "topic", "partition", "messages",
    ),
    _event("spool_file_gone", "Somebody removed a waiting message", "file"),
    _event("spool_file_unreadable", "Somebody changed one; it is set aside", "file", "error"),
    _event("spool_kept", "Messages stay for the next start", "camera", "messages"),
    _event("spool_waits", "A camera's messages wait for Kafka", "messages", "error", "wait_s"),
    _event(
        "stopped_worker_fenced", "A worker that was stopped in a transaction lost it", "application"
    ),
    _event("sweep_put_off", "The sweep waits for a neighbour", "error"),
    _event("touched_cases_not_counted", "Which cases wait is not known just now", "error"),
    _event("watcher_away", "A part of the lookout can't say what is wrong", "watcher", "error"),
)  # fmt: skip

LOG_EVENTS: Final[Mapping[str, LogEvent]] = {one.name: one for one in _EVENTS}


def logs_page() -> str:
    """`docs/logs.md`."""
    lines = [
        "# Logs",
        "",
        "Written from `infra/log_list.py` by `scripts/write_operations.py`; a test keeps it true.",
        "One JSON object a line with `event`, `level`, `timestamp`, the event's fields, and",
        "`exception` where there was one. What looks like a plate, a mobile number or an identity",
        "number is blotted out before it is written.",
        "",
        "| event | means | fields |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| `{one.name}` | {one.meaning} | {', '.join(sorted(one.fields))} |"
        for one in sorted(LOG_EVENTS.values(), key=lambda one: one.name)
    ]
    lines += ["", "| field | says |", "| --- | --- |"]
    lines += [f"| {name} | {says} |" for name, says in FIELDS.items()]
    return "\n".join(lines) + "\n"
