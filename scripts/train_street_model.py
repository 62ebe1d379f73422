#!/usr/bin/env python
"""Trains the sample street's model from nothing: `scripts/train_street_model.py --out DIR`.

Draws pictures of the seeded street (`detectors/synthetic`), writes them with their exact boxes in
YOLO's form, trains YOLO11n from its architecture file (no weights are fetched), and leaves in DIR:
`street.pt` (half precision, stripped), `street.toml` (digest, class map) and `figures.json`.
Validation pictures come from seeds that training never saw; the demo plays yet others.
"""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2

from detectors.synthetic.rendering import render
from detectors.synthetic.scenes import FRAME, Kind
from detectors.synthetic.stories import TRAINING_SEEDS, VALIDATION_SEEDS, compose
from detectors.synthetic.truth import Seen, truth_at

IMAGE_SIZE = 320
LEAST_VISIBLE = 0.25
STORIES = ("training-mix", "training-mix", "training-mix", "market-street", "fire-lane", "quiet")
KINDS = list(Kind)


def main() -> None:
    """Draw, train, keep."""
    args = _arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    os.environ["YOLO_OFFLINE"] = "true"
    data = draw(args.out / "data", pictures=args.pictures)
    began = time.monotonic()
    best = train(data, args)
    keep(best, data, args, seconds=time.monotonic() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=800, help="training pictures")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("build/street"))
    return parser.parse_args()


def draw(folder: Path, *, pictures: int) -> Path:
    """Write pictures and labels; answer the data set's description."""
    _draw_part(folder / "train", TRAINING_SEEDS[:pictures])
    _draw_part(folder / "val", VALIDATION_SEEDS[: max(60, pictures // 6)])
    names = "\n".join(f"  {i}: {kind}" for i, kind in enumerate(KINDS))
    description = folder / "street.yaml"
    description.write_text(
        f"path: {folder.absolute()}\ntrain: train/images\nval: val/images\nnames:\n{names}\n"
    )
    return description


def _draw_part(folder: Path, seeds: Iterable[int]) -> None:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        story = STORIES[seed % len(STORIES)]
        scene = compose(seed=seed, story=story)
        seconds = 0.5 if story == "training-mix" else (seed * 7) % 50 + 0.2
        name = f"{seed}"
        cv2.imwrite(str(folder / "images" / f"{name}.jpg"), render(scene, seconds))
        (folder / "labels" / f"{name}.txt").write_text(_labels(truth_at(scene, seconds)))


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
    """Train from scratch on the CPU; answer the best checkpoint."""
    from ultralytics import YOLO

    model = YOLO("yolo11n.yaml")
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
        pretrained=False,
        optimizer="AdamW",
        lr0=0.002,
        warmup_epochs=1.0,
        close_mosaic=6,
        scale=0.3,
        plots=False,
        amp=False,
        project=str(args.out.absolute()),
        name="run",
        exist_ok=True,
    )
    return Path(model.trainer.best)


def keep(best: Path, data: Path, args: argparse.Namespace, *, seconds: float) -> None:
    """Write the weights, their digest with the class map, and what was measured."""
    from ultralytics import YOLO

    weights = args.out / "street.pt"
    strip(best, weights)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    classes = "\n".join(f'{kind} = "{_our_kind(kind)}"' for kind in KINDS)
    (args.out / "street.toml").write_text(
        "# The sample street's model; see street.md. A .pt is a pickle: load no other digest.\n"
        f'sha256 = "{digest}"\nimage_size = {IMAGE_SIZE}\nconfidence = 0.35\n\n'
        f"# What the model says = our kind of thing.\n[classes]\n{classes}\n"
    )
    found = YOLO(str(weights)).val(data=str(data), imgsz=IMAGE_SIZE, device="cpu", workers=0)
    figures = {
        "sha256": digest,
        "bytes": weights.stat().st_size,
        "pictures": args.pictures,
        "epochs": args.epochs,
        "seed": args.seed,
        "training_seconds": round(seconds),
        "held_out_map50": round(float(found.box.map50), 4),
        "held_out_map50_95": round(float(found.box.map), 4),
        "map50_by_class": {
            str(KINDS[int(i)]): round(float(v), 4)
            for i, v in zip(found.box.ap_class_index, found.box.ap50, strict=True)
        },
    }
    (args.out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))


def strip(best: Path, weights: Path) -> None:
    """Keep the network alone: a checkpoint also names folders of the machine that made it."""
    import torch

    full = torch.load(best, map_location="cpu", weights_only=False)  # our own, just made
    model = full["model"]
    model.args = {"task": "detect", "imgsz": IMAGE_SIZE, "single_cls": False}
    kept = {"model": model, "version": full["version"], "license": full["license"]}
    torch.save({**kept, "train_args": dict(model.args)}, weights)


def _our_kind(kind: Kind) -> str:
    return "vehicle" if kind in {Kind.CAR, Kind.VAN} else kind.value


if __name__ == "__main__":
    main()
