"""A training is Keras's own: the program that one takes along gives the same losses."""

import io
import os
import time

import numpy as np
import pytest

from cnnviz.limits import Limits
from cnnviz.networks.building import PRESETS, Stack
from cnnviz.networks.building.constraints import Bound
from cnnviz.networks.building.kinds import Conv2D, Dense, Flatten, Input, Rescaling, Softmax
from cnnviz.networks.building.options import Penalty
from cnnviz.networks.network import Network
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.networks.training import run as runs
from cnnviz.networks.training.card import model_card
from cnnviz.networks.training.code import curves_file, data_file, training_code
from cnnviz.networks.training.data import data_from_pictures, open_data
from cnnviz.networks.training.fitting import compiled, network_input, train, trained_model
from cnnviz.networks.training.formulas import step_with_numbers
from cnnviz.networks.training.history import History, confusion, worst_mistakes
from cnnviz.networks.training.plan import planned
from cnnviz.networks.training.run import Run
from cnnviz.networks.training.settings import Settings
from cnnviz.notation import latex_number
from cnnviz.server.jobs import JobQueue
from tests.networks.training.in_process import InProcess

pytestmark = pytest.mark.tensorflow
SMALL = Stack((Input(8, 8, 1), Conv2D(4, (3, 3), activation="relu"), Flatten(), Dense(10)))


class Said:
    """Stands for the channel: notes what is said, and is told nothing."""

    def __init__(self):
        from queue import Queue

        self.commands, self.history = Queue(), History()

    def send(self, values, arrays=None):
        self.history.take(values, arrays or {})


@pytest.fixture(scope="module")
def digits():
    data = open_data("digits")
    return data_from_pictures(
        data.title, data.source, data.images[:300], data.labels[:300], data.class_names, held_out=60
    )


REGULARISED = SMALL.replaced(
    1,
    Conv2D(
        *(4, (3, 3)),
        activation="relu",
        kernel_regularizer=Penalty(0.01, 0.1),
        activity_regularizer=Penalty(l1=0.001),
        kernel_constraint=Bound("MaxNorm", 0.5, (0, 1, 2)),
    ),
)


@pytest.mark.parametrize(
    ("network", "settings"),
    [
        (SMALL, Settings(epochs=2, batch=16, rate=0.01)),
        (
            REGULARISED,
            Settings(*("momentum", 0.02, "step", 32, 3), augmentation="strong", decay=0.01, seed=5),
        ),
    ],
    ids=["adam", "momentum"],
)
def test_the_program_gives_the_same_losses(digits, run_program, tmp_path, network, settings):
    plan = planned(network, digits, settings)
    values, arrays = plan.request()
    said = Said()
    told, weights = train(values, arrays, said)
    (tmp_path / "data.npz").write_bytes(data_file(plan))
    measured = run_program(training_code(plan) + "result = history.history\n")
    snapshots = said.history.snapshots
    assert told == {"whole": True}
    assert [one.epoch for one in snapshots] == list(range(settings.epochs + 1))
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert [getattr(one, name) for one in snapshots[1:]] == measured[name]
    # What is told of the pictures held out is what the network itself answers.
    model = trained_model(plan.stack, [weights[str(at)] for at in range(len(weights))])
    held_out = digits.images[digits.validation], digits.labels[digits.validation]
    answers = np.asarray(model(network_input(plan.stack, held_out[0]), training=False))
    last = snapshots[-1]
    np.testing.assert_array_equal(answers.argmax(axis=1), last.predicted)
    np.testing.assert_allclose(answers.max(axis=1), last.certainty, atol=1e-5)
    assert (last.predicted == held_out[1]).mean() == pytest.approx(last.val_accuracy)
    loss = -np.log(answers[np.arange(60), held_out[1]]).mean() + last.penalty
    assert loss == pytest.approx(last.val_loss, rel=1e-3)
    np.testing.assert_array_equal(last.kernels, weights["0"])
    added = 0.01 * np.abs(last.kernels).sum() + 0.1 * np.square(last.kernels).sum()
    maps = load_keras().Model(model.inputs[0], model.layers[0].output)
    added += 0.001 * np.abs(maps(network_input(plan.stack, held_out[0]))).sum() / 60
    if plan.is_regularised:
        assert np.sqrt(np.square(last.kernels).sum((0, 1, 2))).max() <= 0.5 + 1e-5
    assert last.penalty == pytest.approx(added if plan.is_regularised else 0.0, rel=1e-5)
    # Before the first step Keras has told no loss; it is the same sum.
    first = compiled(plan.stack, settings)
    shares = np.asarray(first(network_input(plan.stack, held_out[0]), training=False))
    # Asked so just now: what its first layer gave of these pictures is in its losses.
    told = -np.log(shares[np.arange(60), held_out[1]]).mean() + float(sum(first.losses, 0.0))
    assert snapshots[0].val_loss == pytest.approx(told, rel=1e-3)


def test_sizes_are_those_of_the_step(digits):
    """One step of plain descent: the update is the learning rate times the gradient."""
    settings = Settings("sgd", 0.5, "constant", 300, 1)
    plan = planned(SMALL, digits, settings)
    values, arrays = plan.request()
    said = Said()
    train(values, arrays, said)
    sizes = said.history.snapshots[-1].sizes
    assert said.history.layers == ("conv_1", "dense_1")
    np.testing.assert_allclose(sizes[:, 2], 0.5 * sizes[:, 1], rtol=1e-3)
    assert (sizes > 0).all()
    last = said.history.snapshots[-1]
    before, gradient, after = last.weight
    assert after == pytest.approx(before - 0.5 * gradient, rel=1e-5)
    assert after == last.kernels[0, 0, 0, 0]
    written = step_with_numbers(last, settings)
    assert latex_number(float(after), 7) in written
    assert r"-0.5 \cdot" in written
    assert r"\eta" not in step_with_numbers(last, Settings("adam"))


@pytest.mark.parametrize(
    ("before", "gradient", "after", "lines"),
    [
        (0.1234567, 0.01234, 0.1222227, (r"\cdot 0.01234 = -0.001234", "+ (-0.001234) =")),
        (0.1234567, -0.1234, 0.1357967, (r"\cdot (-0.1234) = 0.01234", "+ 0.01234 =")),
        (0.1234567, -0.1234567, 0.1358024, (r"\approx 0.0123457", "+ 0.0123457 =")),
        (100.0, 1e-7, 100.0, (r"\approx 0", r"w &\leftarrow 100 + 0 = 100")),
        (0.25, float("inf"), float("-inf"), (r"-0.1 \cdot \infty = -\infty", r"= -\infty")),
    ],
)
def test_a_step_that_is_written_adds_up_or_says_about(before, gradient, after, lines):
    class Snapshot:
        weight, rate = (before, gradient, after), 0.1

    written = step_with_numbers(Snapshot, Settings("sgd"))
    for line in lines:
        assert line in written


def test_a_network_that_scales_its_pixels_is_given_levels():
    stack = Stack((Input(4, 4, 1), Rescaling(1 / 255), Flatten(), Dense(2), Softmax()))
    pixels = np.full((1, 4, 4, 1), 255, np.uint8)
    assert network_input(stack, pixels).max() == 255
    assert network_input(SMALL, pixels).max() == 1


@pytest.fixture(scope="module")
def queue():
    return JobQueue(1)


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_run_pauses_takes_one_batch_and_ends_where_it_was_paused_too_long(
    digits, queue, monkeypatch
):
    run = Run(planned(SMALL, digits, Settings(epochs=60, batch=16), label="Small"), one=True)
    assert (run.state, run.is_alive) == ("waiting", True)
    run.job = queue.submit(run.work, owner="me")
    wait_for(lambda: run.state == "paused")
    assert (run.history.moment.epoch, run.history.moment.batch) == (1, 1)
    time.sleep(0.5)
    assert run.history.moment.batch == 1
    run.one_batch()
    wait_for(lambda: run.history.moment.batch == 2)
    assert run.state == "paused"
    run.go_on()
    wait_for(lambda: run.history.epochs >= 2)
    monkeypatch.setattr(runs, "MOST_PAUSE", 0.3)
    run.pause()
    wait_for(lambda: not run.is_alive)
    assert run.note.startswith("It was paused for")
    assert (run.state, run.error, run.job.state) == ("stopped", "", "done")
    last = run.history.snapshots[-1]
    assert last.epoch < 60
    network = Network.from_model(
        run.model(), labels=digits.class_names, preprocessing="zero_to_one"
    )
    place = digits.validation[0]
    picture = np.repeat(digits.images[place], 3, axis=2)
    assert network.predict(picture, top=1)[0].index == last.predicted[0]
    card = model_card(run)
    assert "of the 60 pictures held out" in " ".join(card.split())
    assert f"- {last.length}, of 60 that were planned" in card
    rows = curves_file(run.history.snapshots).decode().splitlines()
    assert len(rows) == len(run.history.snapshots) + 1
    assert rows[1].startswith("0,0,0,,,")


def test_a_process_that_is_killed_is_one_sentence(digits, queue):
    run = Run(planned(SMALL, digits, Settings(epochs=60, batch=8)))
    run.job = queue.submit(run.work, owner="me")
    wait_for(lambda: run.history.epochs >= 1)
    os.kill(run.process_id, 9)
    wait_for(lambda: not run.is_alive)
    assert run.state == "failed"
    assert run.error.startswith("The process that trains must be left to its end. Received:")
    assert run.history.epochs >= 1
    with pytest.raises(ValueError, match="Received: failed"):
        run.model()


def test_what_was_asked_for_before_it_began_holds(digits, queue, monkeypatch):
    monkeypatch.setattr(runs, "Worker", InProcess)
    paused = Run(planned(SMALL, digits, Settings(epochs=60, batch=8)))
    paused.pause()
    paused.job = queue.submit(paused.work, owner="me")
    wait_for(lambda: paused.state == "paused")
    assert paused.history.moment.batch == 1
    paused.stop()
    wait_for(lambda: not paused.is_alive)
    going = Run(planned(SMALL, digits, Settings(epochs=1, batch=8)), one=True)
    going.go_on()
    going.job = queue.submit(going.work, owner="me")
    wait_for(lambda: not going.is_alive)
    assert going.state == "done"
    # What was stopped within an epoch says so, wherever it is told.
    (before, part) = paused.history.snapshots
    assert (before.whole, part.whole) == (True, False)
    assert (before.length, part.length) == ("0 epochs", "a part of the first epoch")
    assert paused.history.epochs == 0
    assert "- a part of the first epoch, of 60 that were planned" in model_card(paused)
    assert curves_file([part]).decode().endswith(",0\n")
    program = training_code(paused.plan, part.length)
    assert "# What it repeats was stopped after a part of the first epoch.\n" in program
    (last,) = going.history.snapshots[1:]
    assert (last.whole, last.length, going.history.epochs) == (True, "1 epoch", 1)
    assert "- 1 epoch, batches of 8" in model_card(going)
    assert curves_file([last]).decode().endswith(",1\n")


def test_nobody_there_any_more_ends_it(digits, queue, monkeypatch):
    monkeypatch.setattr("cnnviz.server.jobs.PATIENCE", 0.2)
    monkeypatch.setattr(runs, "Worker", InProcess)
    there = [True]
    run = Run(planned(SMALL, digits, Settings(epochs=60, batch=8)))
    run.job = queue.submit(run.work, owner="me", wanted=lambda: there[0])
    wait_for(lambda: run.history.batches > 0)
    there[0] = False
    wait_for(lambda: run.job.ended)
    assert run.job.state == "cancelled"
    assert run.state == "stopped"
    assert run._worker.was_ended
    assert run.history.epochs < 60


def test_a_training_that_takes_too_long_is_stopped_and_keeps_what_it_has(
    digits, queue, monkeypatch
):
    monkeypatch.setattr(runs, "Worker", InProcess)
    monkeypatch.setattr(runs, "LIMITS", Limits(training_minutes=0.001))
    run = Run(planned(SMALL, digits, Settings(epochs=60, batch=8)))
    run.job = queue.submit(run.work, owner="me")
    wait_for(lambda: not run.is_alive)
    assert run.state == "stopped"
    assert run.note.startswith("A training may take 0.001 minutes; the variable CNNVIZ_TRAINING")
    assert run.has_weights


def test_mistakes_and_confusion_are_counted():
    labels = np.array([0, 0, 1, 1])

    class Snapshot:
        predicted = np.array([0, 1, 0, 1])
        certainty = np.array([0.9, 0.6, 0.8, 0.7])

    assert confusion(labels, Snapshot.predicted, 2).tolist() == [[1, 1], [1, 1]]
    assert worst_mistakes(labels, Snapshot).tolist() == [2, 1]


def test_data_is_packed_with_its_names(digits):
    plan = planned(PRESETS["tutorial"].stack, digits, Settings(examples=60))
    arrays = np.load(io.BytesIO(data_file(plan)))
    assert arrays["x"].shape == (60, 8, 8, 1)
    assert arrays["class_names"].tolist() == list(digits.class_names)
