import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from forecast_core.errors import DataError
from tests.builders import CARD, hourly_load
from training.model_file import write_report, write_whole
from training.validation import Validation


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Its mode and the link that leads to it stay as they were; anyone may read a new file."""
    file, link, new = (tmp_path / name for name in ("model.onnx", "link.onnx", "new.onnx"))
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, b"new")
    write_whole(new, b"first")
    assert contents(tmp_path) == {"model.onnx": b"new", "link.onnx": b"new", "new.onnx": b"first"}
    assert link.is_symlink()
    assert (file.stat().st_mode & 0o777, new.stat().st_mode & 0o777) == (0o640, 0o644)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the file, and nothing else is left."""
    file = tmp_path / "model.onnx"
    file.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError) as refusal:
        write_whole(file, b"new")
    assert str(refusal.value) == f"{file} cannot be written (No space left on device); what was there is as it was"
    assert contents(tmp_path) == {"model.onnx": b"old"}


def test_many_writers_of_one_file_do_not_disturb_one_another(tmp_path: Path) -> None:
    """Each has a temporary file of its own, and the file that stays is whole."""
    file = tmp_path / "model.onnx"
    models = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write_whole, [file] * 200, models * 25))
    assert list(contents(tmp_path)) == ["model.onnx"]
    assert file.read_bytes() in models


def test_a_report_without_its_folder_is_an_error(tmp_path: Path) -> None:
    """The message names the folder."""
    (tmp_path / "file").touch()
    hour = hourly_load(days=1)
    with pytest.raises(DataError) as refusal:
        write_report(tmp_path / "file" / "report", CARD, Validation({}, hour, hour))
    assert str(refusal.value) == f"{tmp_path}/file/report cannot be made (Not a directory)"
