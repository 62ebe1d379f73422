"""What is looked for, and with which eyes: one answer for `watch` and for `rules try`."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path

import cv2

from detectors.eyes.class_maps import ClassMap, find_class_map
from detectors.eyes.engines import Engine, Running
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.slicing import Slicing
from detectors.eyes.weights import digest_of
from detectors.frames import Luma
from detectors.posts import posts_of
from detectors.rulebook import read_rules
from detectors.rules import Post
from handlers.decisions.policy import Policy
from infra.cli.order import Scene, Sharpness
from infra.settings import Settings
from schemas.camera import Camera
from schemas.errors import InvalidValueError, RefusedError
from schemas.ids import CameraId, Sha256
from schemas.manifest import About
from schemas.matter import MatterKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """The eyes that all cameras share, and for each camera its posts and what manifests say."""

    eyes: Eyes
    posts: Mapping[CameraId, tuple[Post, ...]]
    about: Mapping[CameraId, About]


def looking_for(
    scenes: Sequence[Scene],
    *,
    sharpness: Sharpness,
    rules: Path,
    policy: Policy,
    settings: Settings,
    say: Callable[[str], None],
    threshold: timedelta | None = None,
) -> Looking:
    """Read the rule book, set the posts, load the eyes. `threshold` stands for the pack's.

    Raises:
        RefusedError: no rule is for a camera's zones, or nobody vouches for the weights.
        InvalidValueError: which file and key, what was expected, what came.
    """
    book = _book(rules)
    known = read_rules(book, name=str(rules))
    asked = partial(_threshold_of, policy) if threshold is None else lambda _: threshold
    posts = {
        scene.camera.id: tuple(posts_of(scene.camera, known, asked, pack=policy.name))
        for scene in scenes
    }
    for scene in scenes:
        _require_posts(scene.camera, posts[scene.camera.id], rules)
    wanted = frozenset(
        kind
        for each in posts.values()
        for post in each
        for kind in post.rule.kinds | post.rule.beside
    )
    class_map = find_class_map(sharpness.weights, digest_of(sharpness.weights))
    eyes = _eyes(sharpness, class_map, wanted, cache=settings.data / "models", say=say)
    about = {scene.camera.id: _about(scene, eyes, posts[scene.camera.id], book) for scene in scenes}
    return Looking(eyes=eyes, posts=posts, about=about)


def reference_luma(path: Path) -> Luma | None:
    """The picture that the zones were drawn on, where there is one."""
    if not path.is_file():
        return None
    luma = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if luma is None:
        raise RefusedError(f"{path}: expected a picture, got something else; take it anew")
    return luma.astype("uint8", copy=False)


def _book(rules: Path) -> str:
    try:
        return rules.read_text("utf-8")
    except OSError as error:
        raise RefusedError(f"rule book {rules}: {error.strerror or error}") from error


def _require_posts(camera: Camera, posts: Sequence[Post], rules: Path) -> None:
    if not posts:
        kinds = ", ".join(sorted({zone.kind.value for zone in camera.zones})) or "none"
        raise RefusedError(f"camera {camera.id}: no rule of {rules} is for its zones ({kinds})")


def _threshold_of(policy: Policy, key: MatterKey) -> timedelta | None:
    matter = policy.matter(key)
    return None if matter is None else matter.dwell_threshold


def _eyes(
    sharpness: Sharpness,
    class_map: ClassMap,
    wanted: frozenset[str],
    *,
    cache: Path,
    say: Callable[[str], None],
) -> Eyes:
    try:
        engine = Engine(sharpness.engine)
    except ValueError as error:
        choices = ", ".join(Engine)
        raise InvalidValueError(
            expected=f"one of {choices}", got=sharpness.engine, field="--engine"
        ) from error
    slicing = None
    if sharpness.slices is not None:
        slicing = Slicing(size=sharpness.slices, overlap=sharpness.slices // 5)
    return load_eyes(
        sharpness.weights,
        class_map=class_map,
        cache=cache,
        engine=engine,
        image_size=sharpness.image_size,
        slicing=slicing,
        wanted=wanted,
        running=Running(),
        say=say,
    )


def _about(scene: Scene, eyes: Eyes, posts: Sequence[Post], book: str) -> About:
    """`way` names all that decides what is told: other eyes or rules give other messages."""
    thresholds = ",".join(f"{post.rule.id}={post.threshold}" for post in posts)
    told = f"{eyes.name}|{eyes.class_map_digest}|{scene.fps}|{book}|{thresholds}|{scene.camera}"
    return About(
        camera=scene.camera.id,
        camera_name=scene.camera.name,
        source=str(scene.source),
        time_source="stream timestamps",
        starts_at=datetime.now(UTC),
        model=eyes.name,
        way=hashlib.sha256(told.encode()).hexdigest()[:8],
        software=f"offsite-enforcement {version('offsite-enforcement')}",
        weights=eyes.weights_digest,
        class_map=eyes.class_map_digest,
        rule_book=Sha256(hashlib.sha256(book.encode()).hexdigest()),
    )
