"""The environment of the tools that the service is compared with; it is made under var/bench when it is not there."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from app.settings import ROOT
from benchmarks.databases import FOLDER

WANTED = Path(__file__).with_name("requirements.txt")


@cache
def python() -> str:
    """Its interpreter. What both sides use (the framework, the server) has the same version on both."""
    folder = FOLDER / "others"
    done, wanted = folder / "installed.txt", WANTED.read_text(encoding="utf-8")
    interpreter = folder / "bin" / "python"
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        ours = folder / "ours.txt"
        locked = re.findall(r"^(\S+==[^\\\n]*)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
        ours.write_text("\n".join(line for line in locked if not line.startswith("setuptools")), encoding="utf-8")
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(WANTED), "-c", str(ours)]
        subprocess.run([str(interpreter), *install], check=True)
        done.write_text(wanted, encoding="utf-8")
    return str(interpreter)
