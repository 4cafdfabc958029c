import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.server.records import Records, cache_folder, trim_folder

PAYLOAD = 10


def key(number: int) -> bytes:
    return bytes([number]) * 32


def payload(number: int) -> bytes:
    return bytes([number]) * PAYLOAD


def records(folder: Path | None, **options) -> Records:
    return Records(PAYLOAD, folder=folder, title="test", **options)


def filled(folder: Path | None, numbers: range, **options) -> Records:
    found = records(folder, **options)
    for number in numbers:
        found.add(key(number), payload(number))
    return found


def the_file(folder: Path) -> Path:
    (path,) = folder.glob("*.records")
    return path


def kept(found: Records, numbers: range) -> list[int]:
    """List the numbers whose records are there, and are right."""
    there = [number for number in numbers if key(number) in found]
    assert [found.read(key(number)) for number in there] == [payload(number) for number in there]
    return there


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_record_is_read_whole_or_in_part(tmp_path, on_disk):
    found = records(tmp_path if on_disk else None)
    found.add(key(1), b"0123456789")
    assert found.read(key(1)) == b"0123456789"
    assert found.read(key(1), 3, 4) == b"3456"
    assert len(found) == 1


def test_the_next_run_finds_what_was_kept_and_adds_to_it(tmp_path):
    filled(tmp_path, range(5))
    before = the_file(tmp_path).stat().st_size
    again = filled(tmp_path, range(6))
    assert kept(again, range(6)) == [0, 1, 2, 3, 4, 5]
    assert the_file(tmp_path).stat().st_size == before + (before - 60) // 5
    assert kept(records(tmp_path), range(9)) == [0, 1, 2, 3, 4, 5]


def test_what_is_kept_for_something_else_is_not_taken(tmp_path):
    filled(tmp_path, range(5))
    assert len(Records(PAYLOAD, folder=tmp_path, title="another network")) == 0
    assert len(list(tmp_path.glob("*.records"))) == 2


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    filled(None, range(5))
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 300))
def test_a_file_cut_off_anywhere_keeps_what_is_whole(tmp_path_factory, length):
    folder = tmp_path_factory.mktemp("cut")
    filled(folder, range(5))
    os.truncate(the_file(folder), min(length, the_file(folder).stat().st_size))
    again = records(folder)
    assert kept(again, range(5)) == list(range(max(0, (length - 60) // 46)))[:5]
    again.add(key(9), payload(9))
    assert kept(records(folder), range(9, 10)) == [9]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 289), st.integers(0, 255))
def test_a_changed_byte_loses_a_record_or_all_but_never_gives_a_wrong_one(
    tmp_path_factory, place, value
):
    folder = tmp_path_factory.mktemp("changed")
    filled(folder, range(5))
    data = bytearray(the_file(folder).read_bytes())
    was, data[place] = data[place], value
    the_file(folder).write_bytes(data)
    left = kept(filled(folder, range(0)), range(5))
    if value == was:
        assert len(left) == 5
    else:
        assert len(left) == (0 if place < 60 else 4)
    assert kept(filled(folder, range(5)), range(5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("content", [b"", b"foreign", b"\x93NUMPY" * 1000, bytes(10_000)])
def test_a_foreign_file_is_replaced(tmp_path, content):
    filled(tmp_path, range(2))
    the_file(tmp_path).write_bytes(content)
    assert len(filled(tmp_path, range(3))) == 3
    assert kept(records(tmp_path), range(9)) == [0, 1, 2]


def test_a_folder_in_the_files_place_is_no_error(tmp_path):
    filled(tmp_path, range(2))
    path = the_file(tmp_path)
    path.unlink()
    (path / "something").mkdir(parents=True)
    assert kept(filled(tmp_path, range(3)), range(9)) == [0, 1, 2]


def test_where_the_disk_refuses_records_stay_in_memory(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert kept(filled(blocked / "cache", range(3)), range(9)) == [0, 1, 2]


def test_a_full_disk_keeps_the_rest_in_memory_and_the_file_whole(tmp_path):
    class Full:
        def __init__(self, file):
            self.file = file

        def write(self, data):
            # Half a record, as a disk does that has no more room.
            return self.file.write(data[: len(data) // 2])

        def __getattr__(self, name):
            return getattr(self.file, name)

    found = filled(tmp_path, range(3))
    found._file = Full(found._file)
    found.add(key(3), payload(3))
    found.add(key(4), payload(4))
    assert kept(found, range(9)) == [0, 1, 2, 3, 4]
    assert the_file(tmp_path).stat().st_size == 60 + 3 * 46
    assert kept(records(tmp_path), range(9)) == [0, 1, 2]


def test_two_at_once_harm_each_other_nowhere(tmp_path):
    one, other = records(tmp_path), records(tmp_path)
    for number in range(6):
        (one if number % 2 else other).add(key(number), payload(number))
    assert kept(one, range(6)) == [1, 3, 5]
    assert kept(other, range(6)) == [0, 2, 4]
    assert kept(records(tmp_path), range(6)) == [0, 1, 2, 3, 4, 5]


def test_a_file_grows_to_its_limit_and_then_begins_anew(tmp_path):
    limit = 60 + 4 * 46
    found = filled(tmp_path, range(9), most_bytes=limit)
    assert kept(found, range(9)) == list(range(9))
    assert the_file(tmp_path).stat().st_size == limit
    assert kept(records(tmp_path, most_bytes=limit), range(9)) == []
    assert kept(found, range(9)) == list(range(9))


def test_the_longest_unused_files_go_first(tmp_path):
    for age, name in enumerate("cab"):
        path = tmp_path / f"{name}.records"
        path.write_bytes(bytes(100))
        os.utime(path, (1000 + age, 1000 + age))
    (tmp_path / "other.txt").write_bytes(bytes(1000))
    trim_folder(tmp_path, most_bytes=250)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.records",
        "b.records",
        "other.txt",
    ]
    trim_folder(tmp_path / "not there", most_bytes=0)


def test_a_file_that_is_used_counts_as_new(tmp_path):
    filled(tmp_path, range(1))
    os.utime(the_file(tmp_path), (1000, 1000))
    records(tmp_path)
    assert the_file(tmp_path).stat().st_mtime > 1000


def test_a_record_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"must be 32 and 10 bytes\. Received: 32 and 3\."):
        records(None).add(key(1), b"abc")


def test_the_cache_lies_where_computers_keep_theirs(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_folder({"XDG_CACHE_HOME": "/home/a/.cache"}) == Path("/home/a/.cache/cnnviz")
    assert cache_folder({}) == Path.home() / ".cache" / "cnnviz"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder({}) == Path.home() / "Library" / "Caches" / "cnnviz"
    monkeypatch.setattr("sys.platform", "win32")
    assert cache_folder({"LOCALAPPDATA": "/local"}) == Path("/local/cnnviz")
