"""Files that are replaced as a whole or not at all."""

import os
from pathlib import Path

from forecast_core.errors import DataError


def check_replaceable(path: Path) -> None:
    """See before the work whether a file can be made or replaced.

    :raises DataError: it exists and is no regular file, its folder does not exist, or cannot be written to.
    """
    try:
        target = path.resolve()
        if target.is_symlink() or (target.exists() and not target.is_file()):  # a link is left of a loop of links
            raise DataError(f"{path} exists and is no regular file; name another")
        if not target.parent.is_dir():
            raise DataError(f"{path}: its folder does not exist; make it first")
        _beside(target).touch()
        _beside(target).unlink()
    except (OSError, RuntimeError) as error:  # RuntimeError is what Python before 3.13 says of such a loop
        reason = getattr(error, "strerror", None) or "a loop of links"
        raise DataError(f"{path} cannot be written ({reason})") from error


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file's content so that a crash leaves either the old file or the new one.

    A link is followed, and an old file's mode is kept.

    :raises OSError: the folder cannot be written to; the old file is untouched.
    """
    path = path.resolve()
    beside = _beside(path)
    beside.unlink(missing_ok=True)  # of a run that was killed
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
