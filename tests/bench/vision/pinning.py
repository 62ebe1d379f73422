"""Gives a process one core and one thread, so that its CPU time is what a core has to give."""

import os


def take_core(core: int) -> None:
    """Call it before torch, OpenVINO or libav ask how many cores there are."""
    os.sched_setaffinity(0, {core})
    os.environ["OMP_NUM_THREADS"] = "1"
    one_thread()


def one_thread() -> None:
    """For libraries that would take every core they see."""
    import cv2  # noqa: PLC0415 - after the process has its core
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    cv2.setNumThreads(1)
