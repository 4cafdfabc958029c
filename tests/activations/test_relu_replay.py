import numpy as np
import pytest

from cnnviz.activations.dead_relus import ReluTask, class_map, two_moons
from cnnviz.activations.relu_replay import record
from tests.activations.training import trained

EXAMPLES = two_moons(64)


def test_a_recording_is_the_training_run_itself():
    task = ReluTask(EXAMPLES, width=8, learning_rate=0.3)
    found = record(task, steps=30, frames=4, side=5)
    state = trained(task, 30)
    np.testing.assert_array_equal(found.losses, state.losses)
    np.testing.assert_array_equal(found.silent, state.silent)
    np.testing.assert_array_equal(found.dead_share, state.never_again_share)
    np.testing.assert_array_equal(found.maps[-1], class_map(task, state, side=5))
    assert found.map_steps.tolist() == [0, 10, 20, 30]


def test_a_unit_is_dead_after_the_last_step_at_which_it_fired():
    task = ReluTask(EXAMPLES, width=16, learning_rate=1.0, bias_shift=2.0)
    found = record(task, steps=60, frames=2)
    steps = np.arange(61)[:, np.newaxis]
    dead = steps > found.last_fired
    np.testing.assert_allclose(dead.mean(axis=1), found.dead_share)
    assert not found.silent[~dead].all()
    assert found.silent[dead].all()
    fired = found.last_fired >= 0
    units = np.arange(found.silent.shape[1])[fired]
    assert not found.silent[found.last_fired[fired], units].any()


def test_a_large_step_kills_relus_that_a_leak_saves():
    settings = {"width": 16, "learning_rate": 1.0, "bias_shift": 2.0}
    relu = record(ReluTask(two_moons(), **settings), steps=120, frames=2)
    leaky = record(ReluTask(two_moons(), negative_slope=0.1, **settings), steps=120, frames=2)
    assert relu.dead_share[-2] > 0.4
    assert leaky.dead_share[-2] < 0.2


def test_a_run_that_diverges_ends_early_and_says_so():
    task = ReluTask(EXAMPLES, learning_rate=100.0, negative_slope=0.5)
    found = record(task, steps=100, frames=5)
    assert found.diverged
    assert len(found.losses) < 101
    assert np.isfinite(found.losses).all()
    assert found.map_steps[-1] == len(found.losses) - 1


@pytest.mark.parametrize("settings", [{"steps": 0}, {"frames": 1}])
def test_a_recording_needs_a_step_and_two_frames(settings):
    with pytest.raises(ValueError, match="Received"):
        record(ReluTask(EXAMPLES), **settings)
