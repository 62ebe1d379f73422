"""The penalty case (行政处罚案件): punishes a party, sometimes. Linked to a work file, never it."""

from enum import StrEnum


class PenaltyState(StrEnum):
    """S0 … S12 and the side exits. `NOT_CONSIDERED`: nobody is being looked at."""

    NOT_CONSIDERED = "not-considered"
    TRIAGE = "triage"
    SOFT_MEASURE = "soft-measure"
    CORRECTION_WAIT = "correction-wait"
    NO_PENALTY = "no-penalty"
    FILED = "filed"
    INVESTIGATING = "investigating"
    NOTIFIED = "notified"
    DEFENCE = "defence"
    LEGAL_REVIEW = "legal-review"
    DECIDED = "decided"
    SERVED = "served"
    PERFORMING = "performing"
    CLOSED = "closed"
    NOT_FILED = "not-filed"
    TERMINATED = "terminated"
    REVOKED = "revoked"
    VOID = "void"
    TRANSFERRED = "transferred"
    MERGED_INTO = "merged-into"
    STAYED = "stayed"


class Ground(StrEnum):
    """Why there is no penalty: 行政处罚法 33."""

    MINOR = "minor"
    FIRST = "first"
    NO_FAULT = "no-fault"


class EvidenceForm(StrEnum):
    """The eight kinds of evidence: 行政处罚法 46."""

    DOCUMENT = "documentary"
    OBJECT = "physical"
    AUDIOVISUAL = "audiovisual"
    ELECTRONIC = "electronic-data"
    WITNESS = "witness"
    STATEMENT = "party-statement"
    OPINION = "expert-opinion"
    SITE_RECORD = "site-record"


class PenaltyKind(StrEnum):
    """行政处罚法 9; `warning` is 警告 and not the soft measure 警示告诫."""

    WARNING = "formal-warning"
    CRITICISM = "criticism"
    FINE = "fine"
    CONFISCATION = "confiscation"
    LICENCE = "licence"
    SHUTDOWN = "shutdown"


class SoftMeasure(StrEnum):
    """说服教育 / 劝导示范 / 警示告诫 / 指导约谈."""

    PERSUADE = "persuade"
    DEMONSTRATE = "demonstrate"
    WARN = "warn"
    INTERVIEW = "interview"
