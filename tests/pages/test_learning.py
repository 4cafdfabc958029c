from dataclasses import replace

import numpy as np
import pytest

from cnnviz.convolution import convolve
from cnnviz.kernels import KERNELS
from cnnviz.learning.code import learning_code, run_arrays
from cnnviz.learning.curvature import curvature
from cnnviz.learning.descent import compare, learning_step, start_learning
from cnnviz.learning.task import learning_task
from pages.ui.stage import working_picture
from pages.ui.wire import unpack
from tests.pages.checks import sent_to
from tests.pages.ui.test_picture import png, upload

PAGE = "pages/07_learn_a_kernel.py"


EVERYTHING = [
    "kernel",
    "learn_kernels",
    "learn_second",
    "learn_third",
    "learn_size",
    "learn_rate",
    "learn_momentum",
    "learn_batch",
    "learn_patch",
    "learn_noise",
    "learn_seed",
    "learn_why",
    "step",
]


def shown(page):
    assert not page.exception
    return unpack(sent_to(page, "learning"))


def grey(page) -> np.ndarray:
    return working_picture(page.session_state["picture_in_hand"], "grey", 128)[..., 0]


def test_the_first_chapter_is_the_run_that_the_controls_describe(open_page):
    page = open_page(PAGE, picture="digit")
    settings, arrays = shown(page)
    task = learning_task(
        grey(page), [KERNELS["sobel_x"].values], learning_rate=settings["rate"], momentum=0.0
    )
    state = learning_step(task, start_learning(task), steps=20)
    np.testing.assert_array_equal(arrays["kernels0"][20], state.kernels[0])
    np.testing.assert_allclose(arrays["losses"][:20], state.losses, rtol=1e-6)
    assert settings["bound"] == pytest.approx(curvature(task).largest_stable_learning_rate)
    assert 0.8 * settings["bound"] < settings["rate"] < settings["bound"]


@pytest.mark.parametrize("step", [0, 9, 32])
def test_the_picture_is_the_kernels_result(open_page, step):
    page = open_page(PAGE, picture="digit", step=str(step))
    settings, arrays = shown(page)
    assert settings["at"] == step
    pixels = grey(page).astype(np.float32)
    pixels = (pixels - pixels.mean()) / pixels.std()
    np.testing.assert_allclose(arrays["seen"], pixels, atol=1e-5)
    kernel, bias = arrays["kernels0"][step], arrays["biases"][step]
    again = convolve(pixels[..., None], kernel[..., None, None], bias=bias)[..., 0]
    np.testing.assert_allclose(arrays["exact"], again, atol=1e-4)


@pytest.mark.parametrize(
    "address",
    [
        {"learn_kernels": "3", "learn_size": "5 × 5", "learn_momentum": "0.99"},
        {"learn_size": "11 × 11", "learn_batch": "1"},
        {"learn_size": "1 × 1"},
        {"learn_batch": "whole picture", "learn_noise": "2"},
        {"learn_rate": "10"},
        {"learn_rate": "0.0001", "learn_patch": "48"},
        {"kernel": "0,0;0,0"},
        {"kernel": "1e+6,-1e+6", "learn_rate": "10", "learn_momentum": "0.99"},
        {"learn_seed": "9999", "learn_kernels": "2", "learn_rate": "10"},
    ],
    ids=str,
)
def test_the_extremes_of_the_controls_work(open_page, address):
    page = open_page(PAGE, picture="checkerboard", **address)
    _, arrays = shown(page)
    assert not page.error
    for name, text in address.items():
        assert page.query_params[name] in (text, [text])
    assert np.isfinite(arrays["exact"]).all()
    assert len(arrays["losses"]) >= 1


@pytest.mark.parametrize(
    "address",
    [
        {"learn_rate": "1e400", "step": "-1", "learn_kernels": "9", "learn_seed": "x"},
        {"learn_rate": "0", "step": "99999999999", "learn_size": "12 x 12"},
        {"learn_seed": "Infinity", "learn_noise": "Infinity", "learn_patch": "1e9"},
        dict.fromkeys(EVERYTHING, ""),
        {"learn_rate": "nan", "step": "<b>", "learn_patch": "-5", "learn_second": "none"},
    ],
    ids=str,
)
def test_a_hostile_address_opens_the_defaults(open_page, address):
    plain, _ = shown(open_page(PAGE))
    settings, _ = shown(open_page(PAGE, **address))
    assert settings["signature"] == plain["signature"]
    assert settings["step"] == 0


@pytest.mark.parametrize("size", [(2, 2), (3, 3), (1, 40), (8, 9), (400, 5)], ids=str)
def test_a_tiny_picture_is_learned_from_or_refused_in_one_sentence(open_page, size):
    page = upload(open_page(PAGE), "tiny.png", png(size))
    assert not page.exception
    assert len(page.warning) <= 1
    if not page.warning:
        assert shown(page)[1]["exact"].size


def test_a_picture_with_one_value_says_that_nothing_is_to_be_learned(open_page):
    page = upload(open_page(PAGE), "red.png", png())
    assert "nothing to learn" in page.info[0].value
    shown(page)


def test_the_browser_gets_what_it_asks_for_and_no_more(open_page):
    page = open_page(PAGE, picture="digit")
    settings, arrays = shown(page)
    signature, last = settings["signature"], len(arrays["losses"]) - 1
    progress = {"signature": signature, "have": 1, "step": last, "want": True}
    page.session_state["learning"] = {"progress": progress}
    settings, arrays = shown(page.run())
    assert (settings["chapter"], settings["first"]) == (1, last)
    page.session_state["learning"] = {"progress": progress | {"have": 2, "want": False}}
    settings, arrays = shown(page.run())
    assert settings["first"] == -1
    assert "losses" not in arrays
    page.session_state["learning"] = {"progress": progress | {"signature": "another"}}
    assert shown(page.run())[0]["chapter"] == 0


@pytest.mark.parametrize(
    "progress",
    [
        {"have": 10**9, "step": 10**9, "want": True},
        {"have": -5, "step": -5, "want": True},
        {"have": "many", "step": None, "want": 3},
        "nothing",
    ],
    ids=str,
)
def test_nonsense_from_the_browser_breaks_nothing(open_page, progress):
    page = open_page(PAGE, picture="digit")
    signature = shown(page)[0]["signature"]
    if isinstance(progress, dict):
        progress = progress | {"signature": signature}
    page.session_state["learning"] = {"progress": progress}
    shown(page.run())


def test_a_step_in_the_address_is_shown_as_far_as_it_is_recorded(open_page):
    page = open_page(PAGE, picture="digit", step="30")
    settings, arrays = shown(page)
    assert (settings["step"], settings["at"]) == (30, 30)
    task = learning_task(grey(page), [KERNELS["sobel_x"].values], learning_rate=settings["rate"])
    state = learning_step(replace(task, momentum=0.0), start_learning(task), steps=30)
    np.testing.assert_array_equal(arrays["exact"], compare(task, state).result)
    assert "step 30" in " ".join(caption.value for caption in page.caption)


def test_a_rate_beyond_the_bound_diverges_and_the_reason_has_numbers(open_page):
    settings, arrays = shown(open_page(PAGE, learn_rate="0.2"))
    assert settings["diverged"]
    assert settings["ended"]
    assert arrays["losses"][-1] > 1e5 * arrays["losses"][0]
    assert settings["reason"].endswith("more than 2.")
    assert settings["factors"][0] < -1


def test_noise_shows_the_loss_that_cannot_be_undercut(open_page):
    settings, _ = shown(open_page(PAGE, picture="digit", learn_noise="1.0"))
    target = learning_task(grey(open_page(PAGE, picture="digit")), [KERNELS["sobel_x"].values])
    assert settings["floor"] == pytest.approx(target.target.var(), rel=0.15)


def test_two_kernels_show_what_the_relu_lets_through(open_page):
    settings, arrays = shown(open_page(PAGE, picture="digit", learn_kernels="2"))
    assert settings["kernels"] == 2
    assert arrays["exact_hidden0"].dtype == np.uint8
    assert (
        arrays["exact_hidden0"].reshape(len(arrays["exact_hidden0"]), -1).max(axis=1) == 255
    ).all()
    assert settings["local"]
    assert "directions" not in arrays


def test_why_it_converges_is_one_press_away_and_in_the_address(open_page):
    page = open_page(PAGE)
    settings, arrays = shown(page)
    assert "directions" not in arrays
    assert settings["bound"] > 0
    assert settings["bounds"] == []
    assert not [header for header in page.header if "how large a step" in header.value.lower()]
    page.toggle(key="learn_why").set_value(True).run()
    assert "directions" in shown(page)[1]
    assert [header for header in page.header if "how large a step" in header.value.lower()]
    assert page.query_params == {"learn_why": "true"}
    assert "directions" in shown(open_page(PAGE, learn_seed="1"))[1]  # as it was before


@pytest.mark.parametrize("label", ["Much too fast", "Noise on the target", "Add momentum"])
def test_an_experiment_sets_the_page_up(open_page, label):
    page = open_page(PAGE, learn_kernels="2", learn_seed="5")
    page = next(button for button in page.button if button.label == label).click().run()
    settings, _ = shown(page)
    assert settings["kernels"] == 1
    assert settings["seed"] == 0
    assert settings["step"] > 0


def test_white_noise_becomes_the_picture(open_page):
    page = open_page(PAGE)
    page = next(b for b in page.button if b.label == "Learn from white noise").click().run()
    assert page.session_state["picture_in_hand"].name == "noise"
    settings, _ = shown(page.toggle(key="learn_why").set_value(True).run())
    assert max(settings["eigenvalues"]) < 1.3 * min(settings["eigenvalues"])


def test_what_is_taken_along_runs_to_the_kernel_on_the_page(open_page, tmp_path, monkeypatch, tf):
    page = open_page(PAGE, picture="digit", step="12", learn_momentum="0.9")
    settings, arrays = shown(page)
    code = page.code[0].value
    task = learning_task(
        grey(page),
        [KERNELS["sobel_x"].values],
        learning_rate=settings["rate"],
        momentum=0.9,
        seed=settings["seed"],
    )
    assert code.strip() == learning_code(task, 12).strip()
    monkeypatch.chdir(tmp_path)
    np.savez("learning.npz", **run_arrays(task, 12))
    names: dict[str, object] = {}
    exec(compile(code, "program", "exec"), names)
    # Both add 12,544 float32 products per slope, each in its own order.
    np.testing.assert_allclose(names["result"][0], arrays["kernels0"][12], atol=2e-4)


def press(page, label):
    return next(button for button in page.button if button.label == label).click().run()


@pytest.mark.parametrize("picture", ["panda", "zone_plate", "checkerboard", "stripes", "noise"])
def test_much_too_fast_diverges_on_every_picture_whatever_was_pressed_before(open_page, picture):
    page = press(open_page(PAGE, learn_momentum="0.9", learn_kernels="2"), "Add momentum")
    page.query_params["picture"] = picture
    settings, arrays = shown(press(page.run(), "Much too fast"))
    assert page.session_state["picture_in_hand"].name == picture
    assert settings["rate"] == pytest.approx(1.5 * settings["bound"], rel=1e-3)
    assert settings["factors"][0] == pytest.approx(-2, rel=1e-2)
    losses = arrays["losses"]
    assert settings["diverged"] or losses[min(12, len(losses) - 1)] > 1e3 * losses[0]


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (8, 8)], ids=str)
def test_every_experiment_works_on_the_smallest_pictures(open_page, size):
    page = upload(open_page(PAGE), "tiny.png", png(size))
    labels = [button.label for button in page.button if button.key.startswith("try_")]
    assert len(labels) == 6
    for label in labels:
        page = press(page, label)
        assert not page.exception
        assert not page.error
        if page.warning:
            assert "_" not in page.warning[0].value
            rows, columns = grey(page).shape
            assert f"from a picture of {rows} x {columns}." in page.warning[0].value
        elif label == "Learn from white noise":
            page = upload(page, "tiny.png", png(size))
