"""The states of a work file (案卷), and what its rows share.

candidate ─► opened ─► dispatched ─► handling ─► feedback ─► verified ─► closed
                          ▲    │      │     ▲       │
                          └ returned  └► suspended  └► rework
"""

from typing import Final

from handlers.decisions.lives.step import Life
from schemas.workfile import ENDED, CaseState

C = CaseState
LIFE: Final = Life.WORK_FILE
LIVING: Final = frozenset(CaseState) - ENDED
AT_WORK: Final = frozenset({C.OPENED, C.DISPATCHED, C.HANDLING, C.REWORK})
PLATFORM: Final = "数字城管流程: 建立、派遣、处理、反馈、核查、结案"
SAFETY: Final = "鄂建〔2022〕1536: 涉及安全 → 零容忍"
