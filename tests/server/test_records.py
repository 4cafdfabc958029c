import os
import resource
import sqlite3
import subprocess
import sys
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
    assert key(2) not in found
    with pytest.raises(KeyError):
        found.read(key(2))


def test_the_next_run_finds_what_was_kept_and_adds_to_it(tmp_path):
    filled(tmp_path, range(5))
    again = filled(tmp_path, range(6))
    assert kept(again, range(6)) == [0, 1, 2, 3, 4, 5]
    rows = sqlite3.connect(the_file(tmp_path)).execute("SELECT count(*) FROM records")
    assert rows.fetchone() == (6,)
    assert kept(records(tmp_path), range(9)) == [0, 1, 2, 3, 4, 5]


def test_what_is_kept_for_something_else_is_not_taken(tmp_path):
    filled(tmp_path, range(5))
    other = Records(PAYLOAD, folder=tmp_path, title="another network")
    assert kept(other, range(5)) == []
    assert len(list(tmp_path.glob("*.records"))) == 2


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    filled(None, range(5))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The bytes of a file of sixty records of a kilobyte."""
    folder = tmp_path_factory.mktemp("sound")
    found = Records(1000, folder=folder, title="test")
    for number in range(60):
        found.add(key(number), bytes([number]) * 1000)
    return the_file(folder).name, the_file(folder).read_bytes()


def read_again(folder: Path, sound: tuple[str, bytes], data: bytes) -> int:
    """Count the records that are there in changed bytes, and see that each is right."""
    (folder / sound[0]).write_bytes(data)
    found = Records(1000, folder=folder, title="test")
    there = [number for number in range(60) if key(number) in found]
    assert [found.read(key(n)) for n in there] == [bytes([n]) * 1000 for n in there]
    if not there:  # begun anew, and kept from now on
        found.add(key(99), bytes(1000))
        again = Records(1000, folder=folder, title="test")
        assert again.read(key(99)) == bytes(1000)
    return len(there)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_file_cut_off_anywhere_is_no_error_and_gives_nothing_wrong(tmp_path_factory, sound, data):
    length = data.draw(st.integers(0, len(sound[1]) - 1))
    folder = tmp_path_factory.mktemp("cut")
    assert read_again(folder, sound, sound[1][:length]) == 0


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a_changed_byte_never_gives_a_wrong_record(tmp_path_factory, sound, data):
    # The first bytes say what kind of file it is: as often as all others.
    place = data.draw(st.integers(0, 99) | st.integers(0, len(sound[1]) - 1))
    changed = bytearray(sound[1])
    changed[place] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("changed")
    assert read_again(folder, sound, bytes(changed)) in (0, 60)


@pytest.mark.parametrize("bit", [1, 128])
def test_a_damaged_table_is_no_error_though_its_name_is_no_text(tmp_path_factory, sound, bit):
    told = b"CREATE TABLE records"
    first = sound[1].index(told)
    for place in range(first, first + len(told)):
        changed = bytearray(sound[1])
        changed[place] ^= bit
        assert read_again(tmp_path_factory.mktemp("table"), sound, bytes(changed)) in (0, 60)


def test_a_changed_payload_is_found_out_by_its_checksum(tmp_path, sound):
    place = sound[1].index(bytes([7]) * 1000)
    changed = sound[1][:place] + b"\xff" + sound[1][place + 1 :]
    assert read_again(tmp_path, sound, changed) == 0


@pytest.mark.parametrize("content", [b"", b"foreign", b"\x93NUMPY" * 1000, bytes(10_000)])
def test_a_foreign_file_is_replaced(tmp_path, content):
    filled(tmp_path, range(2))
    the_file(tmp_path).write_bytes(content)
    assert kept(records(tmp_path), range(9)) == []
    filled(tmp_path, range(3))
    assert kept(records(tmp_path), range(9)) == [0, 1, 2]


def test_a_database_of_something_else_is_replaced(tmp_path):
    filled(tmp_path, range(2))
    path = the_file(tmp_path)
    path.unlink()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE records (colour TEXT)")
    database.close()
    filled(tmp_path, range(3))
    assert kept(records(tmp_path), range(9)) == [0, 1, 2]


def test_a_journal_left_behind_is_not_played_into_a_new_file(tmp_path):
    filled(tmp_path, range(2))
    journal = tmp_path / f"{the_file(tmp_path).name}-journal"
    the_file(tmp_path).write_bytes(b"foreign")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(5000))
    filled(tmp_path, range(3))
    assert not journal.exists()
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


def test_a_file_that_cannot_be_written_is_read_and_the_rest_stays_in_memory(tmp_path):
    filled(tmp_path, range(3))
    found = records(tmp_path)
    # What another program does that is in the midst of it, for longer than one waits.
    found._database.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(the_file(tmp_path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found.add(key(3), payload(3))
    assert kept(found, range(9)) == [0, 1, 2, 3]
    other.execute("ROLLBACK")
    assert kept(records(tmp_path), range(9)) == [0, 1, 2]


def test_a_full_disk_keeps_the_rest_in_memory_and_the_file_whole(tmp_path):
    found = filled(tmp_path, range(3))
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = the_file(tmp_path).stat().st_size
    try:
        # No file may grow by more than a part of a page, as on a disk that has no more room.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1000, hard))
        for number in range(3, 200):
            found.add(key(number), payload(number))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    assert kept(found, range(200)) == list(range(200))
    assert the_file(tmp_path).stat().st_size <= size + 1000
    on_disk = kept(records(tmp_path), range(200))
    assert 3 <= len(on_disk) < 200
    assert on_disk == list(range(len(on_disk)))


def test_a_file_cut_off_while_in_use_is_an_oserror_and_never_something_else(tmp_path):
    found = Records(5000, folder=tmp_path, title="test")
    for number in range(50):
        found.add(key(number), bytes([number]) * 5000)
    os.truncate(the_file(tmp_path), 20_000)
    refused = 0
    for number in range(50):
        try:
            assert found.read(key(number)) == bytes([number]) * 5000
        except OSError as error:
            assert "must stay as it was written" in str(error)  # noqa: PT017
            refused += 1
    assert refused > 0


def test_two_at_once_harm_each_other_nowhere(tmp_path):
    one, other = records(tmp_path), records(tmp_path)
    for number in range(6):
        (one if number % 2 else other).add(key(number), payload(number))
    assert kept(one, range(6)) == [1, 3, 5]
    assert kept(other, range(6)) == [0, 2, 4]
    assert kept(records(tmp_path), range(6)) == [0, 1, 2, 3, 4, 5]


def test_several_programs_add_at_once(tmp_path):
    program = (
        "import sys; from pathlib import Path; from cnnviz.server.records import Records\n"
        "found = Records(10, folder=Path(sys.argv[1]), title='test')\n"
        "for number in range(int(sys.argv[2]), 200, 4): found.add(bytes([number]) * 32, b'0' * 10)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(first)])
        for first in range(4)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    found = records(tmp_path)
    assert [number for number in range(200) if key(number) not in found] == []


def test_a_file_grows_to_its_limit_and_then_begins_anew(tmp_path):
    limit = 100_000

    def filled_with(numbers: range) -> Records:
        found = Records(5000, folder=tmp_path, title="test", most_bytes=limit)
        for number in numbers:
            found.add(key(number), bytes([number]) * 5000)
        return found

    found = filled_with(range(50))
    assert limit - 5000 - 4 * 4096 < the_file(tmp_path).stat().st_size <= limit
    for number in range(50):
        assert found.read(key(number)) == bytes([number]) * 5000
    again = filled_with(range(0))
    assert all(key(number) not in again for number in range(50))
    assert [found.read(key(n))[0] for n in range(50)] == list(range(50))


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
