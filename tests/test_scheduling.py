"""While a worker drives a browser, the other one has files without."""

from collections import OrderedDict

from tests.scheduling import BrowserBesideOthers, next_file

FILES = ["tests/browser/a.py", "tests/browser/b.py", "tests/pages/c.py", "tests/d.py"]


def test_half_of_the_workers_rounded_up_drive_a_browser():
    chosen = [next_file(FILES, browsing=browsing, workers=4) for browsing in range(4)]
    assert chosen == [FILES[0], FILES[0], FILES[2], FILES[2]]
    assert [next_file(FILES, browsing=one, workers=2) for one in (0, 1)] == [FILES[0], FILES[2]]
    three = [next_file(FILES, browsing=browsing, workers=3) for browsing in range(3)]
    assert three == [FILES[0], FILES[0], FILES[2]]
    assert next_file(FILES, browsing=0, workers=1) == FILES[0]


def test_of_three_workers_two_drive_a_browser_in_the_end():
    given = [next_file(FILES[:2], browsing=browsing, workers=3) for browsing in range(3)]
    assert given == [FILES[0], FILES[0], None]
    assert next_file(FILES[2:], browsing=2, workers=3) == FILES[2]


def test_what_is_left_of_one_kind_is_for_all():
    assert next_file(FILES[:2], browsing=1, workers=2) == FILES[0]
    assert next_file(FILES[2:], browsing=0, workers=2) == FILES[2]


class Worker:
    """Notes which tests it is given, by their place among all."""

    def __init__(self):
        self.given, self.has_ended = [], False

    def send_runtest_some(self, places):
        self.given += places

    def shutdown(self):
        self.has_ended = True


def scheduling(files, many=2):
    """Give a scheduling of so many workers, these, and all tests: two in each file."""
    made = object.__new__(BrowserBesideOthers)
    tests = [f"{file}::test_{number}" for file in files for number in (1, 2)]
    made.workqueue = OrderedDict()
    for test in tests:
        made.workqueue.setdefault(made._split_scope(test), {})[test] = False
    workers = [Worker() for _ in range(many)]
    made.numnodes = many
    made.assigned_work = OrderedDict((worker, {}) for worker in workers)
    made.registered_collections = dict.fromkeys(workers, tests)
    return made, workers, tests


def done(made, worker):
    """Let a worker have done all that it was given."""
    for tests in made.assigned_work[worker].values():
        tests.update(dict.fromkeys(tests, True))


def test_each_worker_keeps_its_kind_while_both_are_left_and_every_test_is_given_once():
    made, (one, other), tests = scheduling(FILES)
    made._assign_work_unit(one)
    made._assign_work_unit(other)
    assert [tests[at] for at in other.given] == tests[4:6]
    done(made, one)
    made._assign_work_unit(one)
    assert one.given == [0, 1, 2, 3]
    done(made, other)
    made._assign_work_unit(other)
    assert sorted(one.given + other.given) == list(range(len(tests)))
    assert not made.workqueue


def test_a_worker_that_is_not_needed_for_what_is_left_ends_and_loses_no_test():
    made, (one, other, third), tests = scheduling(
        [*FILES[:2], "tests/browser/c.py", "tests/d.py"], 3
    )
    for worker in (one, other, third):
        made._assign_work_unit(worker)
    assert [tests[places.given[0]] for places in (one, other, third)] == [
        "tests/browser/a.py::test_1", "tests/browser/b.py::test_1", "tests/d.py::test_1",
    ]  # fmt: skip
    done(made, third)
    made._assign_work_unit(third)
    assert third.has_ended
    assert third.given == [6, 7]
    done(made, other)
    made._assign_work_unit(other)
    assert sorted(one.given + other.given + third.given) == list(range(len(tests)))
    assert not made.workqueue
