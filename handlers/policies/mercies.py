"""Explains the soft side of a matter: measures, lawful places, the first-violation list."""

from collections.abc import Iterator

from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.law.leniency import Designated, FirstViolation, Thinning
from handlers.decisions.law.words import GROUNDS, MEASURES, joined, yuan
from handlers.decisions.line import Line
from handlers.decisions.lives.titles import limit_title
from handlers.decisions.policy import Policy
from schemas.penalty import Ground
from schemas.words import Words
from schemas.workfile import Route


def mercy_lines(row: MatterPolicy, pack: Policy) -> Iterator[Line]:
    """Nothing for what is met otherwise."""
    if row.route is not Route.SOFT:
        return
    yield Line(
        label=Words("柔性措施依次", "measures, in this order"),
        text=joined(MEASURES[measure] for measure in pack.leniency.measures),
        clause="鄂建〔2022〕1536",
    )
    for place in pack.leniency.designated:
        if row.key in place.matters:
            yield _place(place)
    thinning = pack.leniency.thinning
    if thinning.enabled and row.key not in thinning.counted_always:
        yield _thinned(thinning)
    first = pack.leniency.first_violations.get(row.key)
    if first is None:
        label = Words("首违不罚清单", "first-violation list")
        yield Line(label=label, text=Words("不在清单内", "not on the list"))
    else:
        yield _first(first)


def _thinned(rules: Thinning) -> Line:
    cooling, lag = (int(span.total_seconds()) for span in (rules.cooling, rules.starts_at))
    return Line(
        label=Words("过载时不重复计数", "not counted again under overload"),
        text=Words(
            f"积压达{lag}秒后, 同一地点同一事项在{cooling}秒内的重复发现不再计数, 逐条留痕",
            f"from {lag} s of backlog on, another sighting of the open case within {cooling} s; "
            "each stays on record",
        ),
        clause=rules.clause,
        certainty=rules.certainty,
    )


def _place(place: Designated) -> Line:
    span = f"{place.from_time:%H:%M} – {place.until_time:%H:%M}"
    days = f"{place.valid_from} – {place.valid_until}"
    return Line(
        label=Words("合法地点和时间", "lawful at"),
        text=Words(
            f"{place.title.zh}（{place.id}）, {span}, {days}",
            f"{place.title.en} ({place.id}), {span}, {days}",
        ),
        clause=place.clause,
        certainty=place.certainty,
    )


def _first(row: FirstViolation) -> Line:
    back, correction = limit_title(row.look_back), limit_title(row.correction)
    most = yuan(row.most_harm_fen)
    which = Words(f"{back.zh}内首次", f"the first within {back.en}")
    if row.ground is Ground.MINOR:
        which = Words(f"违法行为轻微, 回溯{back.zh}", f"minor, looking back {back.en}")
    zh = f"{which.zh}; {row.harm.zh}; 损失不超过{most}元; {correction.zh}内改正"
    en = (
        f"{which.en}; {row.harm.en}; damage of at most {most} yuan; "
        f"put right within {correction.en}"
    )
    if row.needs_cooperation:
        zh, en = f"{zh}; 配合调查", f"{en}; the party cooperates"
    return Line(
        label=GROUNDS[row.ground], text=Words(zh, en), clause=row.clause, certainty=row.certainty
    )
