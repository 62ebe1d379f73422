"""Gives a process one core and one thread, so that its CPU time is what a core has to give."""

import os

import cv2


def take_core(core: int) -> None:
    """Call it before torch, OpenVINO or libav ask how many cores there are."""
    os.sched_setaffinity(0, {core})
    one_thread()


def one_thread() -> None:
    """For libraries that would take every core they see. Eyes take one thread by themselves."""
    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
