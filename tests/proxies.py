"""A real nginx, configured as in deploy/nginx.conf, in front of real processes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.settings import ROOT
from tests.servers import Server, eventually, free_port

CONFIGURATION = (ROOT / "deploy/nginx.conf").read_text()


class Proxied:
    """Two API processes and nginx in front of them."""

    def __init__(self, folder: Path, first: Server, second: Server) -> None:
        self.first, self.second, port = first, second, free_port()
        text = CONFIGURATION.replace("api-1:8000", f"127.0.0.1:{first.port}")
        text = text.replace("api-2:8000", f"127.0.0.1:{second.port}").replace("listen 8080", f"listen {port}")
        text = text.replace("/tmp/", f"{folder}/").replace("/dev/stdout", f"{folder}/access.log")
        text = text.replace("/dev/stderr", f"{folder}/error.log")
        self.path = folder / "nginx.conf"
        self.path.write_text(text)
        self.command = ["nginx", "-c", str(self.path), "-e", f"{folder}/error.log", "-g", "daemon off;"]
        if os.geteuid() == 0:
            self.command[-1] += " user root;"
        subprocess.run([*self.command, "-t"], check=True, capture_output=True)
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        self.log = folder / "access.log"
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)

    def add(self, server: Server) -> None:
        """Add a process as docs/operations.md says: its line, and ``nginx -s reload``."""
        line = f"server 127.0.0.1:{self.second.port} max_fails=1 fail_timeout=5s;"
        text = self.path.read_text()
        assert text.count(line) == 1
        self.path.write_text(text.replace(line, f"{line}\n{line.replace(str(self.second.port), str(server.port))}"))
        subprocess.run([*self.command, "-s", "reload"], check=True, capture_output=True)


@contextmanager
def proxy(folder: Path, first: Server, second: Server) -> Iterator[Proxied]:
    """nginx in front of two processes."""
    if shutil.which("nginx") is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no nginx")
        pytest.skip("there is no nginx here: make proxy")
    through = Proxied(folder, first, second)
    try:
        eventually(lambda: through.client.get("/health/ready").status_code == 200)
        yield through
    finally:
        through.client.close()
        through.process.terminate()
        through.process.wait(timeout=20)
