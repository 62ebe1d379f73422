"""Recordings and cameras: frames, what broke between them, and the packets as they came."""
