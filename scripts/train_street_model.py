#!/usr/bin/env python
"""Trains the sample street's model: `scripts/train_street_model.py --out DIR`.

Draws pictures of the seeded street (`detectors/synthetic`) in every condition, writes them with
their exact boxes in YOLO's form, trains YOLO11n from its architecture file or on from an earlier
street model (`--from`), and leaves in DIR: `street.pt` (half precision, stripped), `street.toml`
(digest, class map) and `figures.json`. Nothing is fetched. Held-out pictures come from seeds that
training never saw; demo and bench play yet others.
"""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from detectors.synthetic.rendering import render
from detectors.synthetic.scenes import FRAME, Condition, Kind, Scene
from detectors.synthetic.stories import SCORED, TRAINING_SEEDS, VALIDATION_SEEDS, compose
from detectors.synthetic.truth import Seen, truth_at

if TYPE_CHECKING:
    from ultralytics.utils.metrics import Metric

IMAGE_SIZE = 320
LEAST_VISIBLE = 0.25
FRESHLY = 0.002
"""Where the learning rate starts when nothing is known; a quarter of it when training goes on."""
MIX = "street-mix"
PLAYED = ("market-street", "fire-lane", "quiet", *SCORED)
KINDS = list(Kind)
CONDITIONS = list(Condition)


def main() -> None:
    """Draw, train, keep."""
    args = _arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    os.environ["YOLO_OFFLINE"] = "true"
    folder = args.data or args.out / "data"
    data = folder / "street.yaml" if args.data else draw(folder, pictures=args.pictures)
    began = time.monotonic()
    best = train(data, args)
    keep(best, folder, args, seconds=time.monotonic() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1800, help="training pictures")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--from", dest="earlier", type=Path, help="a street.pt to go on from")
    parser.add_argument("--data", type=Path, help="pictures of this version, already drawn")
    parser.add_argument("--out", type=Path, default=Path("build/street"))
    return parser.parse_args()


def draw(folder: Path, *, pictures: int) -> Path:
    """Write pictures and labels; answer the data set's description."""
    held_out = VALIDATION_SEEDS[: max(60, pictures // 6)]
    _draw_part(folder, "train", TRAINING_SEEDS[:pictures])
    _draw_part(folder, "val", held_out)
    for condition in CONDITIONS:
        _describe(folder, condition, f"val/{condition}.txt")
        _list(folder, condition, held_out)
    return _describe(folder, "street", "val/images")


def _describe(folder: Path, name: str, held_out: str) -> Path:
    names = "\n".join(f"  {i}: {kind}" for i, kind in enumerate(KINDS))
    description = folder / f"{name}.yaml"
    description.write_text(
        f"path: {folder.absolute()}\ntrain: train/images\nval: {held_out}\nnames:\n{names}\n"
    )
    return description


def _list(folder: Path, condition: Condition, seeds: Iterable[int]) -> None:
    images = (folder / "val" / "images").absolute()
    told = [f"{images}/{seed}.jpg" for seed in seeds if _scene(seed)[0].condition is condition]
    (folder / "val" / f"{condition}.txt").write_text("\n".join(told) + "\n")


def _draw_part(folder: Path, part: str, seeds: Iterable[int]) -> None:
    for kept in ("images", "labels"):
        (folder / part / kept).mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        scene, seconds = _scene(seed)
        picture = str(folder / part / "images" / f"{seed}.jpg")
        cv2.imwrite(picture, render(scene, seconds))
        labels = folder / part / "labels" / f"{seed}.txt"
        labels.write_text(_labels(truth_at(scene, seconds)))


def _scene(seed: int) -> tuple[Scene, float]:
    """Which scene a seed stands for, and at which second: each condition comes as often."""
    condition = CONDITIONS[seed % len(CONDITIONS)]
    which = seed // len(CONDITIONS)
    story, seconds = MIX, 0.5
    if which % 4 == 0:
        story, seconds = PLAYED[which // 4 % len(PLAYED)], (seed * 7) % 50 + 0.2
    return compose(seed=seed, story=story, condition=condition), seconds


def _labels(truth: Sequence[Seen]) -> str:
    """One line a thing: class, then centre and size as parts of the frame."""
    lines = []
    for seen in truth:
        if seen.visible >= LEAST_VISIBLE:
            box = seen.box
            x, y = (box.x1 + box.x2) / 2 / FRAME.width, (box.y1 + box.y2) / 2 / FRAME.height
            w, h = (box.x2 - box.x1) / FRAME.width, (box.y2 - box.y1) / FRAME.height
            lines.append(f"{KINDS.index(seen.kind)} {x:.6f} {y:.6f} {w:.6f} {h:.6f}")
    return "\n".join(lines) + "\n"


def train(data: Path, args: argparse.Namespace) -> Path:
    """Train on the CPU; answer the last checkpoint, smoothed as Ultralytics does."""
    import torch
    from ultralytics import YOLO

    torch.set_num_threads(args.threads)
    forward_in_half()
    start = "yolo11n.yaml"
    if args.earlier is not None:
        start = str(widened(args.earlier, args.out / "start.pt"))
    model = YOLO(start)
    model.train(
        data=str(data),
        epochs=args.epochs,
        imgsz=IMAGE_SIZE,
        batch=16,
        device="cpu",
        workers=0,
        cache="ram",
        seed=args.seed,
        deterministic=True,
        pretrained=args.earlier is not None,
        optimizer="AdamW",
        lr0=FRESHLY if args.earlier is None else FRESHLY / 2,
        warmup_epochs=1.0,
        close_mosaic=max(4, args.epochs // 3),
        scale=0.3,
        cls=1.0,  # twice the usual weight: which of fifteen kinds it is comes harder than where
        plots=False,
        val=False,  # the last epoch is kept; measuring each costs a tenth
        amp=False,  # Ultralytics halves on CUDA only; see forward_in_half
        project=str(args.out.absolute()),
        name="run",
        exist_ok=True,
    )
    return Path(model.trainer.last)


def forward_in_half() -> None:
    """Run the network in bfloat16 and the loss in float32: more than twice as fast on this CPU.

    In bfloat16 the loss would round boxes to whole cells.
    """
    import torch
    from ultralytics.nn.tasks import BaseModel

    loss = BaseModel.loss

    def halved(self: BaseModel, batch: dict[str, Any], preds: object = None) -> object:
        if preds is None:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                preds = self.forward(batch["img"].to(memory_format=torch.channels_last))
        return loss(self, batch, _floats(preds))

    BaseModel.loss = halved


def _floats(told: object) -> object:
    if isinstance(told, dict):
        return {key: _floats(value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return type(told)(_floats(value) for value in told)
    return told.float() if hasattr(told, "float") else told


def widened(earlier: Path, kept: Path) -> Path:
    """An earlier street model with room for every kind; what it knows of its kinds stays.

    Only the last layer of the class branch depends on how many kinds there are, so its rows are
    copied and the new kinds start from nothing.
    """
    import torch
    from ultralytics.nn.tasks import DetectionModel

    told = torch.load(earlier, map_location="cpu", weights_only=False)  # our own, by its maker
    before = (told.get("ema") or told["model"]).float()
    model = DetectionModel("yolo11n.yaml", nc=len(KINDS), verbose=False)
    model.names = dict(enumerate(map(str, KINDS)))
    weights = model.state_dict()
    for name, old in before.state_dict().items():
        if weights[name].shape == old.shape:
            weights[name] = old
        else:
            weights[name][: old.shape[0]] = old
    model.load_state_dict(weights)
    model.args = {"task": "detect", "imgsz": IMAGE_SIZE, "single_cls": False}
    torch.save({"model": model, "train_args": dict(model.args)}, kept)
    return kept


def keep(best: Path, data: Path, args: argparse.Namespace, *, seconds: float) -> None:
    """Write the weights, their digest with the class map, and what was measured."""
    weights = args.out / "street.pt"
    strip(best, weights)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    classes = "\n".join(f'{kind} = "{_our_kind(kind)}"' for kind in KINDS)
    (args.out / "street.toml").write_text(
        "# The sample street's model; see street.md. A .pt is a pickle: load no other digest.\n"
        f'sha256 = "{digest}"\nimage_size = {IMAGE_SIZE}\nconfidence = 0.35\n\n'
        f"# What the model says = our kind of thing.\n[classes]\n{classes}\n"
    )
    figures = {
        "sha256": digest,
        "bytes": weights.stat().st_size,
        "pictures": args.pictures,
        "epochs": args.epochs,
        "seed": args.seed,
        "from": _digest_of(args.earlier),
        "training_seconds": round(seconds),
        **measured(weights, data),
    }
    (args.out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


def _digest_of(weights: Path | None) -> str | None:
    return None if weights is None else hashlib.sha256(weights.read_bytes()).hexdigest()


def measured(weights: Path, data: Path) -> dict[str, Any]:
    """Held-out figures: over all, per class, and over all per condition."""
    everything = _validated(weights, data / "street.yaml")
    by_condition = {
        str(condition): round(float(_validated(weights, data / f"{condition}.yaml").map50), 4)
        for condition in CONDITIONS
    }
    per_class = zip(
        everything.ap_class_index, everything.ap50, everything.p, everything.r, strict=True
    )
    return {
        "held_out_map50": round(float(everything.map50), 4),
        "held_out_map50_95": round(float(everything.map), 4),
        "by_class": {
            str(KINDS[int(index)]): {
                "map50": round(float(ap50), 4),
                "precision": round(float(precision), 4),
                "recall": round(float(recall), 4),
            }
            for index, ap50, precision, recall in per_class
        },
        "map50_by_condition": by_condition,
    }


def _validated(weights: Path, data: Path) -> "Metric":
    from ultralytics import YOLO

    return (
        YOLO(str(weights))
        .val(data=str(data), imgsz=IMAGE_SIZE, device="cpu", workers=0, plots=False, verbose=False)
        .box
    )


def strip(best: Path, weights: Path) -> None:
    """Keep the network alone: a checkpoint also names folders of the machine that made it."""
    import torch

    full = torch.load(best, map_location="cpu", weights_only=False)  # our own, just made
    model = full["model"]
    model.args = {"task": "detect", "imgsz": IMAGE_SIZE, "single_cls": False}
    model.__dict__.pop("pt_path", None)
    kept = {"model": model, "version": full["version"], "license": full["license"]}
    torch.save({**kept, "train_args": dict(model.args)}, weights)


def _our_kind(kind: Kind) -> str:
    return "vehicle" if kind in {Kind.CAR, Kind.VAN, Kind.BUS} else kind.value


if __name__ == "__main__":
    main()
