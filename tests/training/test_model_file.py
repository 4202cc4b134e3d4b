from pathlib import Path

import pytest

from training.model_file import write_whole


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while writing leaves the old file and nothing else; a success keeps the old file's mode."""
    file = tmp_path / "model.onnx"
    file.write_bytes(b"old")

    def crash(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="disk full"):
        patch.setattr("os.fsync", crash)
        write_whole(file, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("model.onnx", b"old")]
    (tmp_path / ".model.onnx.part").write_bytes(b"of a run that was killed")
    file.chmod(0o640)
    write_whole(file, b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("model.onnx", b"new")]
    assert file.stat().st_mode & 0o777 == 0o640
