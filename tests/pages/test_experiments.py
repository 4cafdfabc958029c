"""What an experiment says was seen is so: on a photo, a digit and a small picture of one's own."""

import numpy as np
import pytest
from scipy.ndimage import correlate

from cnnviz.kernels import KERNELS
from cnnviz.layers.cost import weight_counts
from cnnviz.networks import NETWORKS, open_network
from cnnviz.networks.robustness import CHANGES, adversarial, survival, sweep
from cnnviz.notation import written, written_count, written_share
from pages.ui.picture import Picture
from tests.pages.checks import finished, sent

OWN = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
PICTURES = ["panda", "digit", "own"]


class Tried:
    """A page on which an experiment was pressed: what it says, and what its stage was sent."""

    def __init__(self, page, name):
        self.look(page, name)

    def look(self, page, name) -> None:
        """Read what the page shows now."""
        self.page = page
        self.settings, self.arrays = sent(page, name)
        self.picture = page.session_state["picture_in_hand"].image
        (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
        self.watch, _, self.seen = note.removeprefix("**Watch** ").partition(" **Seen** ")
        assert self.watch
        assert page.main.button(key="take_back") is not None

    def says(self, *parts) -> None:
        for part in parts:
            text = part if isinstance(part, str) else written(float(part))
            assert text in self.seen, f"{text} is not in: {self.seen}"


def share(part) -> str:
    """Write how much of an array is true, as a sentence does."""
    mean = float(np.mean(part))
    if 0 < mean < 0.001:
        return "under 0.1%"
    return "over 99.9%" if 0.999 < mean < 1 else f"{round(100 * mean, 1):g}%"


@pytest.fixture(params=PICTURES)
def tried(open_page, request):
    """Press an experiment on each of the pictures."""

    def press(path, label, name=None, **address):
        page = open_page(
            path, picture="panda" if request.param == "own" else request.param, **address
        )
        if request.param == "own":
            page.session_state["picture_in_hand"] = Picture("upload", "Own", "Own.", OWN, "own")
            page.run()
        page = page.button(key=f"try_{label}").click().run()
        assert not page.exception
        return Tried(finished(page), name)

    return press


# ---- the building blocks --------------------------------------------------------------------

CONVOLUTION = "pages/01_convolution.py"


def test_edges_are_what_is_left_of_even_areas(tried):
    one = tried(CONVOLUTION, "Find the edges", "window")
    pixels = one.arrays["input"][..., 0].astype(np.float64)
    sizes = np.abs(correlate(pixels, KERNELS["outline"].values, mode="constant"))[1:-1, 1:-1]
    one.says(share(sizes < sizes.max() / 10), sizes.max())
    assert KERNELS["outline"].values.sum() == 0


def test_blurred_neighbours_differ_less(tried):
    one = tried(CONVOLUTION, "Blur it away", "window")
    before, after = one.arrays["input"][..., 0].astype(np.float64), one.arrays["output"][0]
    means = [
        np.concatenate([np.abs(np.diff(part, axis=axis)).ravel() for axis in (0, 1)]).mean()
        for part in (before, after.astype(np.float64))
    ]
    one.says(*means)
    assert means[1] < means[0]


def test_a_window_of_eleven_costs_ten_rows_and_columns(tried):
    one = tried(CONVOLUTION, "Why does the frame shrink?", "window")
    (rows, columns), (down, across) = one.arrays["input"].shape[:2], one.arrays["output"].shape[1:]
    assert (rows - down, columns - across) == (10, 10)
    one.says(
        f"{rows} \u00d7 {columns} pixels gave {down} \u00d7 {across} results",
        "so 10 rows and 10 columns",
    )


def test_a_stride_of_four_keeps_about_one_result_in_sixteen(tried):
    one = tried(CONVOLUTION, "A stride of 4", "window")
    every = np.subtract(one.arrays["input"].shape[:2], 4)
    kept = one.arrays["output"].shape[1:]
    np.testing.assert_array_equal(kept, -(-every // 4))
    ratio = every.prod() / np.prod(kept)
    assert 12 < ratio <= 16
    one.says(f"{kept[0]} \u00d7 {kept[1]} results", f"{every[0]} \u00d7 {every[1]}", ratio)


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("Corners once, the middle nine times", ["1 meets a corner pixel", "9 meet"]),
        ("Why 112 and not 111?", ["0 before and 1 after", "= 8", "there are 7", "112 and not 111"]),
        ("A pixel that is never reached", ["1 row and 1 column", "15 of 64"]),
        ("A checkerboard from a transposed layer", ["1, 2, 4 copies"]),
    ],
)
def test_padding_counts_windows(open_page, label, parts):
    page = open_page("pages/02_padding_and_stride.py").button(key=f"try_{label}").click().run()
    one = Tried(page, "window")
    one.says(*parts)
    if "copies" in parts[0]:
        assert sorted(set(one.arrays["coverage_0"][2:-2, 2:-2].ravel())) == [1, 2, 4]


CHANNELS = "pages/03_channels.py"


def test_one_kernel_for_all_is_one_kernel_on_the_sum(tried):
    one = tried(CHANNELS, "The same kernel on all three", "tools")
    assert float(np.ptp(one.arrays["kernels"], axis=0).max()) == 0
    assert "e\u2212" in one.seen  # nothing but rounding


def test_red_against_green_tells_which_is_stronger(tried):
    one = tried(CHANNELS, "Red against green", "tools")
    result = one.arrays["result"]
    one.says(f"Red is stronger in {share(result > 0)}", f"green in {share(result < 0)}")


def test_grey_is_made_of_three_weights(tried):
    one = tried(CHANNELS, "Grey from three weights", "tools")
    pixels = np.moveaxis(one.arrays["pixels"], 0, -1).astype(np.float64)
    off = float(np.abs(one.arrays["result"] - np.rint(pixels @ [0.299, 0.587, 0.114])).max())
    assert off <= 0.51
    one.says("0.299 red + 0.587 green + 0.114 blue", written(off, 2))


def test_a_networks_filter_is_largest_where_it_is_said(tried):
    one = tried(CHANNELS, "Colour that a network looks for", "tools")
    total = one.arrays["sum"]
    row, column = np.unravel_index(int(total.argmax()), total.shape)
    one.says(total.max(), f"row {row}, column {column}")
    np.testing.assert_allclose(one.arrays["partial"].sum(axis=0), total, atol=1e-4)


def test_muting_leaves_red_alone(tried):
    one = tried(CHANNELS, "Mute green and blue", "tools")
    partial = one.arrays["partial"]
    one.says(np.abs(partial[0]).max(), np.abs(partial.sum(axis=0)).max())


def test_fewer_lines_mean_fewer_weights(tried):
    part = {"channels_part": "Several filters at once"}
    tried(CHANNELS, "Cut it in four groups", "connections", **part).says("2 of 8", "144", "576")
    tried(CHANNELS, "Nearly nine times fewer weights", "connections", **part).says(
        "400 weights instead of 2,304", 2304 / 400, (9 * 1024**2) / (9 * 1024 + 1024**2)
    )
    tried(CHANNELS, "Look at no neighbour", "connections", **part).says("64 weights instead of 576")


POOLING = "pages/04_pooling.py"


def test_pooling_keeps_one_number_of_each_window(tried):
    tried(POOLING, "The classic 4 \u00d7 4", "window").says("4 \u00d7 4 numbers became 2 \u00d7 2")
    one = tried(POOLING, "Only the strongest edges", "window")
    largest = one.arrays["input"].max()
    one.says(largest)
    assert ("is still there" in one.seen) == (one.arrays["output"].max() == largest)
    one = tried(POOLING, "Windows that overlap", "window")
    gradient = one.arrays["gradient"]
    one.says(f"{int(gradient.sum()):,} results", f"{np.count_nonzero(gradient):,} numbers")
    assert gradient.max() > 1
    one = tried(POOLING, "One number for all", "window")
    one.says(written(float(one.arrays["input"].mean()), 4))


def test_a_shift_changes_the_pooled_map_as_the_curve_says(tried):
    for label in ("Small windows", "Large windows", "Average instead", "Down and to the right"):
        one = tried(POOLING, label, "y0", pool_part="Shift test")
        one.says(*(one.arrays[f"y{place}"][3] for place in range(3)))


ACTIVATIONS = "pages/05_activations.py"


def test_curves_say_their_values_and_slopes(tried):
    one = tried(ACTIVATIONS, "Where the sigmoid saturates", "y0")
    sigmoid = 1 / (1 + np.exp(-5.0))
    one.says(written(sigmoid, 4), sigmoid * (1 - sigmoid), 0.25)
    one = tried(ACTIVATIONS, "ReLU and its smooth cousins", "y0")
    one.says("ReLU gives 0 with a slope of 0", -0.75 / (1 + np.exp(0.75)))
    one = tried(ACTIVATIONS, "Give the leaky ReLU a slope of 1", "y0")
    np.testing.assert_array_equal(one.arrays["y0"], one.arrays["x0"])


def test_what_an_activation_does_to_a_map(tried):
    part = {"act_part": "On your picture"}
    one = tried(ACTIVATIONS, "Only strong edges pass", "before", **part)
    before = one.arrays["before"]
    one.says(share(before > 0))
    # The bias was added in float32, which loses what is nearly 0.
    without = float(one.seen.partition("would be ")[2].rstrip("%."))
    assert abs(without - 100 * (before + 1 > 0).mean()) < 0.3
    assert (before > 0).mean() < (before + 1 > 0).mean()
    one = tried(ACTIVATIONS, "Nothing passes", "before", **part)
    assert one.arrays["before"].max() <= 0
    one.says(one.arrays["before"].max(), "100% of the map is exactly 0")
    one = tried(ACTIVATIONS, "Saturate a sigmoid", "before", **part)
    after = one.arrays["after"]
    one.says(share((after < 0.01) | (after > 0.99)))
    one = tried(ACTIVATIONS, "Squeeze it all into (\u22121, 1)", "before", **part)
    assert np.abs(one.arrays["after"]).max() <= 1
    one.says(
        *(written(float(end), 6) for end in (one.arrays["after"].min(), one.arrays["after"].max()))
    )


def test_gradients_vanish_or_do_not(tried):
    part = {"act_part": "Vanishing gradients"}
    for label in (
        "Fifty sigmoids",
        "ReLU with He's weights",
        "Weights too small",
        "Weights too large",
    ):
        one = tried(ACTIVATIONS, label, "y0", **part)
        ends = 10.0 ** one.arrays["y0"][[0, -1]].astype(np.float64)
        lost = np.log10(ends[1] / ends[0])
        assert (lost > 20) == (label == "Fifty sigmoids")
        if label == "ReLU with He's weights":
            assert abs(lost) < 2
        if "too" in label:
            assert (ends < 1e-15).all() if "small" in label else (ends > 1e6).all()


def test_units_die_as_the_labels_say(open_page):
    found = {}
    for label in (
        "Lose half of the units",
        "A careful start",
        "Silent from the start",
        "A rate of 10",
    ):
        page = (
            open_page(ACTIVATIONS, act_part="Dead ReLUs").button(key=f"try_{label}").click().run()
        )
        one = Tried(page, "runs")
        silent, last = one.arrays["silent0"], one.arrays["last_fired0"]
        found[label] = (int(silent[0].sum()), int((last < len(silent) - 1).sum()))
        one.says(f"first step: {found[label][0]} of 32 ReLUs", f"at the end: {found[label][1]} and")
    assert found["Lose half of the units"][1] >= 16
    assert found["A careful start"][1] <= 3
    assert found["Silent from the start"][0] >= 16
    assert found["A rate of 10"][1] > found["A careful start"][1]


def test_softmax_as_it_is_written_fails_where_it_is_said(open_page):
    def press(label):
        page = open_page(ACTIVATIONS, act_part="Softmax").button(key=f"try_{label}").click().run()
        return Tried(page, "temperature")

    press("Let it overflow").says("\u221e", "3 of the 4", "0.8808")
    press("Let it underflow").says("add up to 0 ", "4 of the 4", "0.731")
    press("Cool it down").says("0.9815", "0.6461")
    press("Warm it up").says("0.3015", "0.6461")
    exponents = np.exp([9.0, 0.0, -1.0, -2.0])
    given = exponents[2] / exponents.sum()
    press("Sure, and wrong").says(given, -np.log(given), written(given - 1, 6))


LAYERS = "pages/06_layers.py"


def test_a_step_in_the_maps_is_a_step_in_the_vector(tried):
    tried(LAYERS, "A step to the right", "selected").says(
        "(row 1, column 2, channel 2)", "it is 3 elements"
    )
    tried(LAYERS, "A step down", "selected").says(
        "(row 2, column 1, channel 2)", "it is 12 elements"
    )
    one = tried(LAYERS, "Red, green, blue", "selected")
    one.says(", ".join(written(float(value)) for value in one.arrays["maps"].ravel()[:3]))
    one = tried(LAYERS, "A longer vector", "selected")
    one.says(f"= {one.arrays['maps'].size} elements")


def test_a_dense_unit_is_ranked_by_its_sum(tried):
    part = {"layer_part": "Dense"}
    one = tried(LAYERS, "The network's answer", "logits", **part)
    one.says(one.arrays["logits"].max(), "the largest of the ten")
    one = tried(LAYERS, "Its last choice", "logits", **part)
    one.says(one.arrays["logits"].min(), "number 10 of the ten", one.arrays["logits"].max())


def test_dropout_keeps_what_it_says(tried):
    part = {"layer_part": "Dropout"}
    one = tried(LAYERS, "Only one in twenty stays", "masks", **part)
    kept = int(one.seen.split(" of ")[0].split()[-1].replace(",", ""))
    assert 0.03 < kept / one.arrays["maps"].size < 0.07
    one.says("multiplied by 20")
    tried(LAYERS, "Drop whole maps", "masks", **part).says("of 16 maps", "multiplied by 2")
    tried(LAYERS, "Use the network", "masks", **part).says("4,096 of 4,096", "multiplied by 1")


@pytest.mark.parametrize(
    ("label", "sizes"),
    [
        ("64 \u00d7 64 \u00d7 3, 100 units", (64, 3, 100)),
        ("1000 \u00d7 1000 \u00d7 3, 1000 units", (1000, 3, 1000)),
        ("A digit: 28 \u00d7 28 \u00d7 1, 10 units", (28, 1, 10)),
        ("224 \u00d7 224 \u00d7 3, 4096 units", (224, 3, 4096)),
    ],
)
def test_a_dense_layer_pays_for_every_pixel(open_page, label, sizes):
    side, channels, units = sizes
    page = open_page(LAYERS, layer_part="Why not dense?").button(key=f"try_{label}").click().run()
    one = Tried(page, "y0")
    weights = weight_counts(side, channels, units, 3, 32).dense.weights
    assert weights == side**2 * channels * units
    one.says(written_count(weights), f"{9 * channels * 32}")


def test_lines_and_weights_are_counted(open_page):
    def press(label):
        page = open_page(LAYERS, layer_part="Sparse and shared")
        return Tried(page.button(key=f"try_{label}").click().run(), "counts")

    press("All lines of a dense layer").says("Lines: 576, weights: 576")
    press("Sparse, not shared").says("Lines: 144, weights: 144")
    press("One by one").says("Lines: 36, weights: 1.")
    press("Corners count less").says("4 lines", "place 9", f"{6 * 6 * 9 - 16 * 16} lines")


def test_learning_goes_as_its_experiments_say(tried):
    page = "pages/07_learn_a_kernel.py"
    one = tried(page, "Much too fast", "losses")
    losses = one.arrays["losses"]
    one.says(losses[0], losses[min(12, len(losses) - 1)], "1.5 times the largest")
    one = tried(page, "Learn from white noise", "losses")
    losses = one.arrays["losses"]
    one.says(losses[0], losses[12])
    assert losses[12] < losses[0] / 1000


def run_to_its_end(one) -> np.ndarray:
    """Fetch a run's chapters as the browser does, up to the step; gives the losses so far."""
    losses, have = one.arrays["losses"], 1
    while not one.seen:
        progress = {"signature": one.settings["signature"], "have": have, "step": 160, "want": True}
        one.page.session_state["learning"] = {"progress": progress}
        one.look(one.page.run(), "losses")
        losses = np.concatenate([losses[: one.settings["first"]], one.arrays["losses"]])
        have += 1
    return losses


def test_learning_stops_at_the_noise_or_finds_the_target(tried):
    page = "pages/07_learn_a_kernel.py"
    found = {}
    for label in ("Noise on the target", "Add momentum", "The same from another start"):
        one = tried(page, label, "losses")
        found[label] = run_to_its_end(one)
        one.says("In 160 steps", found[label][0], found[label][160])
        if label == "Noise on the target":
            floor = one.settings["floor"]
            one.says(floor)
    # A picture of 1,200 pixels lets ten weights fit a little of the noise.
    assert 0.95 * floor < found["Noise on the target"][160] < found["Noise on the target"][0]
    assert found["Add momentum"][160] < found["Add momentum"][0] / 10
    assert found["The same from another start"][160] < found["The same from another start"][0]


ROBUSTNESS = "pages/12_robustness.py"
SMALL = {"steady_network": "Small VGG"}


def said_share(probability) -> str:
    return written_share(float(probability))


def test_a_sweep_s_experiments_say_what_the_network_answers(tried):
    network = open_network("small_vgg")

    def press(label, change):
        one = tried(ROBUSTNESS, label, "stops", **SMALL)
        answers = sweep(network, one.picture, CHANGES[change])
        best = int(network.probabilities(one.picture).argmax())
        return one, answers, best

    one, found, best = press("Turn it upside down", "rotate")
    turned = found.probabilities[-1]
    rank = int((turned > turned[best]).sum()) + 1
    one.says("At 180 degrees", network.labels[turned.argmax()], said_share(turned.max()))
    one.says(f"{network.labels[best]} has {said_share(turned[best])} and rank {rank}.")
    one, found, best = press("Only shift it", "shift_right")
    stays = (found.probabilities.argmax(axis=1) == best).sum()
    one.says(f"{network.labels[best]} stays the answer at {stays} of 21 stops.")
    one, found, best = press("Save it worse and worse", "jpeg")
    others = np.flatnonzero(found.probabilities.argmax(axis=1) != best)
    if len(others):  # the best quality of those
        answer = found.probabilities[others[-1]]
        one.says(f"quality {written(found.amounts[others[-1]])}", network.labels[answer.argmax()])
    else:
        one.says("stays its answer at all 21 stops")
        one.says(said_share(found.probabilities[:, best].min()))


def test_networks_hold_out_as_long_as_is_said(tried):
    one = tried(ROBUSTNESS, "Which network holds out?", "entries", **SMALL)
    for name in ("small_vgg", "tutorial", "efficientnet_lite0"):
        found = sweep(open_network(name), one.picture, CHANGES["blur"]).probabilities
        kept = (found.argmax(axis=1) == found[0].argmax()).sum()
        title = NETWORKS[name].title.replace("-", r"\-")
        one.says(f"{title} at {kept} of 21")


def test_attacks_do_what_is_said(tried):
    network = open_network("small_vgg")

    def press(label):
        one = tried(ROBUSTNESS, label, "stops", **SMALL)
        return one, np.argsort(-network.probabilities(one.picture), kind="stable")

    one, order = press("Are four levels enough?")
    attack = adversarial(network, one.picture, int(order[0]), epsilon=4)
    one.says("**4 of 255 levels**", said_share(attack.probabilities[order[0]]))
    one.says(f"**{network.labels[attack.probabilities.argmax()]}**")
    one, order = press("Take it for something else")
    attack = adversarial(network, one.picture, int(order[1]), epsilon=8, targeted=True, steps=12)
    one.says(f"to {said_share(attack.probabilities[order[1]])}")
    assert attack.probabilities[order[1]] > network.probabilities(one.picture)[order[1]]
    one, order = press("Does a JPEG undo it?")
    attack = adversarial(network, one.picture, int(order[0]), epsilon=2)
    plain, saved = survival(network, attack, quality=30)[:2]
    one.says(f"as it is: {network.labels[plain.after.argmax()]}, {said_share(plain.after.max())}")
    one.says(f"quality 30: {network.labels[saved.after.argmax()]}, {said_share(saved.after.max())}")
