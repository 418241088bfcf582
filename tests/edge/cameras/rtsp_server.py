"""A real RTSP server (GStreamer's) for tests: python rtsp_server.py PORT PIPELINE."""

from __future__ import annotations

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

if __name__ == "__main__":
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1])
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {sys.argv[2]} )")
    factory.set_shared(True)
    server.get_mount_points().add_factory("/strip", factory)
    if not server.attach(None):
        sys.exit(f"port {sys.argv[1]} is taken")
    if Gst.parse_launch(f"{sys.argv[2]} ! fakesink") is None:
        sys.exit("the pipeline cannot run")
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    GLib.MainLoop().run()
