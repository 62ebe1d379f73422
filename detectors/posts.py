"""Sets the posts of a camera: each of its zones under each rule that is for it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from detectors.rules import Post, Rule
from schemas.camera import Camera
from schemas.errors import InvalidValueError
from schemas.matter import MatterKey

ThresholdOf = Callable[[MatterKey], timedelta | None]
"""How long the policy pack lets a matter be; nothing where it has no row of it."""


def posts_of(
    camera: Camera, rules: Iterable[Rule], threshold_of: ThresholdOf, *, pack: str
) -> Sequence[Post]:
    """A camera without a zone for any rule has none. `pack` is what faults are told with.

    Raises:
        InvalidValueError: neither the pack nor the rule itself says how long is too long.
    """
    return [
        Post(rule=rule, zone=zone, threshold=threshold_for(rule, threshold_of, pack=pack))
        for rule in rules
        for zone in camera.zones
        if rule.is_for(zone)
    ]


def threshold_for(rule: Rule, threshold_of: ThresholdOf, *, pack: str) -> timedelta:
    """The pack's word; where it has no row, the rule's own."""
    threshold = threshold_of(rule.matter)
    if threshold is None:
        threshold = rule.dwell
    if threshold is None:
        raise InvalidValueError(
            expected=f"a matter that the policy pack {pack} has, or dwell_s in the rule",
            got=str(rule.matter),
            field=f"rule {rule.id}.matter",
        )
    return threshold
