"""What the figures were measured on."""

import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path


def describe_machine(libraries: Iterable[str]) -> str:
    """Describe processor, memory, Python and libraries, without naming the machine.

    :param libraries: names of installed distributions.
    """
    cores = len(os.sched_getaffinity(0))
    memory = _value_of("/proc/meminfo", "MemTotal").split()[0]
    versions = ", ".join(f"{library} {version(library)}" for library in libraries)
    return (
        f"{_value_of('/proc/cpuinfo', 'model name')}, {cores} cores, {int(memory) * 1024 / 1e9:.0f} GB of memory; "
        f"{platform.system()}, {platform.python_implementation()} {platform.python_version()}; {versions}, {_wrk()}."
    )


def _value_of(file: str, key: str) -> str:
    lines = (line.partition(":") for line in Path(file).read_text().splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == key), "unknown")


def _wrk() -> str:
    # It has no option for its version: asked for one, it prints it, then its usage, and exits with 1.
    shown = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    return " ".join(shown.split()[:2])
