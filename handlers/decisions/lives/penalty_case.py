"""The states of a penalty case (行政处罚案件), and what its rows share.

S0 triage ─► S1 soft measure ─► S2 correction ─► S3 no penalty
        └──────────┴───────────────┴─► S4 filed ─► S5 investigating ─► S6 notified ─► S7 defence
S12 closed ◄─ S11 performing ◄─ S10 served ◄─ S9 decided ◄─ S8 legal review ◄─────────┘
"""

from typing import Final

from handlers.decisions.lives.step import Life
from schemas.penalty import PenaltyState
from schemas.person import Role

P = PenaltyState
LIFE: Final = Life.PENALTY
OFFICER: Final = frozenset({Role.OFFICER})
HEAD: Final = frozenset({Role.HEAD})
BEFORE_FILING: Final = frozenset({P.TRIAGE, P.SOFT_MEASURE, P.CORRECTION_WAIT})
BEFORE_DECISION: Final = frozenset(
    {P.FILED, P.INVESTIGATING, P.NOTIFIED, P.DEFENCE, P.LEGAL_REVIEW}
)
AFTER_DECISION: Final = frozenset({P.DECIDED, P.SERVED, P.PERFORMING})
OVER: Final = frozenset(
    {
        P.CLOSED,
        P.NO_PENALTY,
        P.NOT_FILED,
        P.TERMINATED,
        P.REVOKED,
        P.VOID,
        P.TRANSFERRED,
        P.MERGED_INTO,
    }
)
"""A penalty case that goes nowhere any more, but for its archive, complaints and corrections."""
