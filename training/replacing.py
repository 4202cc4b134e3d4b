"""Files that are replaced as a whole or not at all."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old file or the new one.

    :param path: the file; its folder exists. A link is followed.
    :raises OSError: the folder cannot be written to; the old file is untouched.
    """
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
