"""Plays a clip over RTSP with GStreamer's own server. Run by the system's Python, which has gi.

`gst_rtsp_server.py CLIP.mp4 [PORT]`: prints the address on its first line, and serves until it is
ended; without a port on any that is free.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - the versions come first

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[2] if len(sys.argv) > 2 else "0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    f"( filesrc location={sys.argv[1]} ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 )"
)
server.get_mount_points().add_factory("/street", factory)
server.attach(None)
print(f"rtsp://127.0.0.1:{server.get_bound_port()}/street", flush=True)
GLib.MainLoop().run()
