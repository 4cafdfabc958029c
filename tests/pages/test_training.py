"""The page "Train it": a run from Start to its result, what it refuses, what it says."""

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from cnnviz.networks.building import PRESETS, describe, format_stack
from cnnviz.networks.building.kinds import Conv2D, Dense, Flatten, Input
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.code import network_file
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.networks.training.data import DataSource, open_data
from cnnviz.networks.training.downloaded import FILES
from cnnviz.networks.training.plan import planned
from cnnviz.networks.training.settings import Settings
from cnnviz.notation import written, written_share
from cnnviz.server.jobs import JobQueue
from pages.training import runs, stage, story
from pages.training.experiments import CONTESTS
from pages.training.result import trained_network
from pages.training.state import EPOCHS, EXAMPLES
from pages.ui import queue
from pages.ui.markdown import plain
from pages.ui.own_network import HELD
from tests.networks.training.in_process import InProcess
from tests.pages.checks import run_until

PAGE = "pages/14_train.py"
SMALL = format_stack(Stack((Input(8, 8, 1), Conv2D(4, (3, 3)), Flatten(), Dense(10))))
TINY = {
    "stack": SMALL,
    "train_data": "Digits",
    "train_pictures": "60",
    "train_epochs": "2",
}


@pytest.fixture(autouse=True)
def in_process(monkeypatch, tf):
    """Train in this process: those of its own are tested beside the package and in the browser."""
    monkeypatch.setattr("cnnviz.networks.training.run.Worker", InProcess)


def ended(page):
    """Look again until the training in hand has ended."""

    def has_ended(page) -> bool:
        stops = (button for button in page.button if button.key == "train_stop")
        return all(button.disabled for button in stops)

    return run_until(page, has_ended)


def text_of(page) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption))


def test_a_tiny_run_goes_from_start_to_a_network_of_ones_own(open_page, tmp_path):
    page = open_page(PAGE, **TINY)
    assert "60 pictures in 10 classes to learn from, 400 held out" in text_of(page)
    assert "a softmax follows its last layer" in text_of(page)
    page.button(key="train_start").click().run()
    run = page.session_state["train_runs"].runs[0]
    page = ended(page)
    assert not page.error
    assert run.state == "done"
    last = run.history.snapshots[-1]
    labels = run.plan.data.labels[run.plan.data.validation]
    right = int((last.predicted == labels).sum())
    assert f"({right:,} of 400)** of the pictures held out are right" in text_of(page)
    page.button(key="train_open_network").click().run()
    assert not page.exception
    own = page.session_state[HELD]
    assert own.network.labels == tuple("0123456789")
    assert own.network.input_shape == (8, 8, 1)
    # What is taken along is the same network.
    (tmp_path / "network.keras").write_bytes(network_file(trained_network(run)))
    model = load_keras().models.load_model(tmp_path / "network.keras")
    pictures = run.plan.data.images[run.plan.data.validation]
    answers = np.asarray(model(pictures.astype(np.float32) / 255))
    np.testing.assert_array_equal(answers.argmax(axis=1), last.predicted)
    # Another begins beside it, and Reset forgets both.
    page = page.switch_page(PAGE).run()
    page.button(key="train_one").click().run()
    assert len(page.session_state["train_runs"].runs) == 2
    page.button(key="train_reset").click().run()
    assert page.session_state["train_runs"].runs == []
    assert page.session_state["train_runs"].contest == ("", ())
    assert not page.exception


@pytest.mark.parametrize(
    "address",
    [
        {"stack": "in-h8-w8~magic", "train_data": "Everything", "train_rate": "nan"},
        {"stack": "x" * 20_000, "train_epochs": "61", "train_cell": "a-b", "train_epoch": "-1"},
        {"train_network": "Your own design", "train_pictures": "7", "train_cell": "99-99"},
    ],
)
def test_nonsense_in_the_address_opens_the_defaults(open_page, address):
    page = open_page(PAGE, **{"train_data": "Digits", **address})
    assert not page.exception
    assert not page.error
    assert not page.warning
    assert "1,397 pictures" in text_of(page) or "6,000 pictures" in text_of(page)


def test_a_network_that_cannot_be_trained_is_one_sentence(open_page):
    page = open_page(PAGE, stack="in-h8-w8-c1~conv-f4-k3", train_data="Digits")
    assert not page.exception
    (said,) = page.warning
    assert "one number for each of the 10 classes" in said.value
    assert page.button(key="train_start").disabled


def test_a_preset_takes_the_place_of_a_design(open_page):
    page = open_page(PAGE, stack=SMALL, train_data="Digits")
    assert page.selectbox(key="train_network").value == "own"
    page.selectbox(key="train_network").select("tutorial").run()
    assert "stack" not in page.query_params
    assert page.query_params["train_network"] == "Tutorial network"
    assert not page.exception


@pytest.mark.parametrize("contest", CONTESTS, ids=[one.label for one in CONTESTS])
def test_both_sides_of_an_experiment_can_be_trained_and_differ(open_page, monkeypatch, contest):
    begun = []
    monkeypatch.setattr(runs, "begin", lambda plans, **more: begun.append((plans, more)))
    page = open_page(PAGE, train_data="Digits")
    page.button(key=f"try_{contest.label}").click().run()
    assert not page.exception
    assert not page.warning
    ((plans, more),) = begun
    assert more == {"contest": contest.label}
    assert [plan.label for plan in plans] == list(contest.sides)
    one, other = plans
    assert (one.stack, one.settings) != (other.stack, other.settings)
    assert one.data is other.data
    if contest.label == "Dense against convolution":
        counts = [sum(row.weights for row in describe(plan.stack)) for plan in plans]
        assert counts[0] == pytest.approx(counts[1], rel=0.01)
    # What the controls show is the second side: Train again repeats it.
    page.button(key="train_start").click().run()
    (again,) = begun[1][0]
    assert (again.stack, again.settings) == (other.stack, other.settings)


def test_an_experiment_trains_both_sides_and_tells_them_apart(open_page, monkeypatch):
    contest = next(one for one in CONTESTS if one.label.startswith("Too large"))
    monkeypatch.setitem(contest.state, EPOCHS.name, 2)
    monkeypatch.setitem(contest.state, EXAMPLES.name, 60)
    page = open_page(PAGE, train_data="Digits")
    page.button(key=f"try_{contest.label}").click().run()
    page = ended(page)
    both = page.session_state["train_runs"].runs
    assert [run.state for run in both] == ["done", "done"]
    (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
    for run in both:
        last = run.history.snapshots[-1]
        right = round(last.val_accuracy * 400)
        assert f"{run.plan.label}: {written_share(right, 400)} ({right} of 400)" in note
        assert f"{run.plan.label} {written(last.val_loss)}" in note


def test_one_that_waits_is_shown_as_waiting_and_can_be_paused(open_page, monkeypatch):
    trainings = JobQueue(1)
    monkeypatch.setattr(queue, "TRAININGS", trainings)
    there = threading.Event()
    other = trainings.submit(lambda _: there.wait(60), owner="somebody else")
    page = open_page(PAGE, **TINY)
    try:
        page.button(key="train_start").click().run()
        (run,) = page.session_state["train_runs"].runs
        assert run.state == "waiting"
        assert "Next in the queue" in story.status(run)
        page.button(key="train_pause").click().run()
        assert run.is_held
    finally:
        there.set()
    other.wait(60)
    run_until(page, lambda _: run.state == "paused")
    assert run.history.moment.batch == 1
    # An experiment takes its place, and says so.
    page.button(key=f"try_{CONTESTS[0].label}").click().run()
    assert not page.exception
    (said,) = page.info
    assert said.value.startswith("Your own design was ended for another training to begin, after 0")
    run_until(page, lambda _: not run.is_alive)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(epochs=1, examples=60, batch=128), "1 step of 60 pictures in 1 epoch."),
        (Settings(epochs=2, examples=60), "2 steps of at most 32 pictures in each of 2 epochs."),
        (Settings(epochs=2, examples=64), "2 steps of 32 pictures in each of 2 epochs."),
    ],
)
def test_steps_and_pictures_go_together(settings, words):
    plan = planned(PRESETS["tutorial"].stack, open_data("digits"), settings)
    assert story.plan_sentence(plan).endswith(words)


@pytest.mark.parametrize(
    ("learned", "held_out", "words"),
    [
        (0.107, 0.1, "10.7% of the training pictures were right, and at its end 10% of those"),
        (0.107, 0.1, "0.7 points more among"),
        (0.98764, 0.9524, "3.6 points more among"),
        (0.5, 0.51, "1 point fewer among"),
        (0.9996, 1.0, "less than 0.1 points apart."),
    ],
)
def test_the_gap_is_that_of_the_shares_as_they_are_written(learned, held_out, words):
    last = SimpleNamespace(loss=1, accuracy=learned, val_loss=1, val_accuracy=held_out)
    run = SimpleNamespace(history=SimpleNamespace(snapshots=[last]))
    assert words in story.gap_sentence(run)


def test_what_must_be_downloaded_says_so_where_there_is_no_connection(open_page, monkeypatch):
    files = replace(FILES["mnist"], url="http://127.0.0.1:9/")
    monkeypatch.setattr(stage, "FILES", {"mnist": files})
    monkeypatch.setattr(DataSource, "is_here", property(lambda source: not source.published))
    page = run_until(open_page(PAGE, train_data="MNIST"), lambda page: page.error)
    assert not page.exception
    (said,) = page.error
    assert said.value.startswith(plain("MNIST must be downloaded once (12 MB), which needs a"))
    assert page.button(key="train_start").disabled


def test_a_run_goes_on_while_another_page_is_looked_at(open_page):
    page = open_page(PAGE, **TINY | {"train_epochs": "60"})
    page.button(key="train_start").click().run()
    run = page.session_state["train_runs"].runs[0]
    page.switch_page("pages/20_glossary.py").run()
    assert not page.exception
    for _ in range(600):
        if run.history.epochs >= 2:
            break
        time.sleep(0.05)
    assert run.is_alive
    page.switch_page(PAGE).run()
    assert not page.exception
    assert page.button(key="train_pause") is not None
    page.button(key="train_stop").click().run()
    ended(page)
    assert run.state == "stopped"
    assert run.has_weights
