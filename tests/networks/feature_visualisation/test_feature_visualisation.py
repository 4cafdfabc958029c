"""Feature visualisation against sums by hand, finite differences and its own program."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import Network, NetworkError, open_network
from cnnviz.networks.code import network_file
from cnnviz.networks.feature_visualisation import (
    Recipe,
    Target,
    extremes,
    measure,
    visualise,
)
from cnnviz.networks.feature_visualisation.ascent import (
    _Maker,
    frame_steps,
    largest_cell,
    photo_part,
)
from cnnviz.networks.feature_visualisation.code import feature_code
from cnnviz.networks.feature_visualisation.parametrisation import (
    colour_covariance,
    colour_mixing,
    frequency_scale,
    grids_of,
    noise,
    photo_pixels,
    pixels_of,
    spectrum_of,
    values_of,
)
from cnnviz.networks.feature_visualisation.patches import patch, values_in
from cnnviz.networks.feature_visualisation.recipe import size_of, takes_any_size
from cnnviz.networks.feature_visualisation.shaking import drawn_places, places, shown_at
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.attribution.models import branched, dense_only, pooled
from tests.networks.answering import ENDS

PLAIN = {"jitter": False, "scale": False, "rotation": False}
RANDOM = np.random.default_rng(5)


# ---- the picture and what is learned of it ------------------------------------------------------


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (6, 11)])
def test_a_picture_comes_back_from_its_spectrum(size) -> None:
    grids = RANDOM.normal(size=(3, *size))
    np.testing.assert_allclose(grids_of(spectrum_of(grids), size[1]), grids, atol=1e-4)


def test_a_frequency_is_scaled_by_one_over_its_size() -> None:
    scale = frequency_scale(16, 12)
    assert scale.shape == (16, 7)
    assert scale[0, 1] / scale[0, 3] == pytest.approx(3)
    assert scale[2, 0] / scale[8, 0] == pytest.approx(4)
    assert scale[3, 2] / scale[0, 1] == pytest.approx((1 / 12) / np.hypot(3 / 16, 2 / 12), rel=1e-5)


def test_values_of_variance_1_give_pictures_of_variance_1() -> None:
    drawn = noise(RANDOM, (24, 20, 400), fourier=True, contrast=1.0)
    assert grids_of(drawn, 20).var() == pytest.approx(1.0, rel=0.06)


@pytest.mark.parametrize("fourier", [True, False])
@pytest.mark.parametrize("colour", [True, False])
def test_a_photo_comes_back_from_its_values(tf, fourier, colour) -> None:
    pixels = RANDOM.uniform(0.05, 0.95, (9, 8, 3)).astype(np.float32)
    values = tf.constant(values_of(pixels, fourier=fourier, colour=colour))
    again = pixels_of(values, 8, fourier=fourier, colour=colour)
    np.testing.assert_allclose(again, pixels, atol=1e-4)


def test_colours_are_mixed_to_the_covariance_of_the_photos() -> None:
    mixing = colour_mixing().astype(np.float64)
    made = mixing @ mixing.T
    factor = made[0, 0] / colour_covariance()[0, 0]
    np.testing.assert_allclose(made, factor * colour_covariance(), rtol=1e-4)
    assert np.linalg.norm(mixing, axis=0).max() == pytest.approx(1)
    white = RANDOM.normal(size=(200_000, 3)) @ mixing.T
    np.testing.assert_allclose(np.cov(white, rowvar=False), made, atol=0.02)


def test_the_covariance_is_that_of_the_sample_photos() -> None:
    photos = [open_sample(name) for name, one in SAMPLES.items() if one.group == "photo"]
    assert len(photos) >= 10
    # From every ninth pixel of the photos as they are, each photo counting as much as any other.
    pixels = [photo[::9, ::9].reshape(-1, 3) / 255 for photo in photos]
    weights = np.concatenate([np.full(len(one), 1 / len(one)) for one in pixels])
    rough = np.cov(np.concatenate(pixels), rowvar=False, aweights=weights)
    np.testing.assert_allclose(colour_covariance(), rough, rtol=0.15)


def test_grey_is_the_luminance() -> None:
    np.testing.assert_allclose(photo_pixels(np.full((2, 2, 3), 51), 1), np.full((2, 2, 1), 0.2))


# ---- shaking ------------------------------------------------------------------------------------


def test_a_move_by_whole_pixels_is_exact_and_mirrored_at_the_border(tf) -> None:
    picture = RANDOM.random((5, 6, 2)).astype(np.float32)
    moved = shown_at(tf.constant(picture), tf.constant(places((5, 6), (1, -2), 1.0, 0.0)))
    wanted = np.pad(picture, ((1, 1), (2, 2), (0, 0)), mode="reflect")[2:7, 0:6]
    np.testing.assert_allclose(moved, wanted, atol=1e-6)


def test_a_quarter_turn_is_exact(tf) -> None:
    picture = RANDOM.random((6, 6, 1)).astype(np.float32)
    turned = shown_at(tf.constant(picture), tf.constant(places((6, 6), (0, 0), 1.0, np.pi / 2)))
    np.testing.assert_allclose(turned, np.rot90(picture, -1), atol=1e-5)


def test_what_is_switched_off_leaves_the_rest_as_it_was() -> None:
    def drawn(**parts):
        return drawn_places(np.random.default_rng(3), (32, 32), Recipe(**parts))

    both, moved = drawn(rotation=False, scale=False), drawn(**{**PLAIN, "jitter": True})
    np.testing.assert_array_equal(both, moved)
    still = np.indices((32, 32))
    np.testing.assert_array_equal(drawn(**PLAIN), still)
    assert np.abs(drawn() - still).max() > 1


# ---- the ascent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        Target("channel", "conv_2", 1),
        Target("unit", "dense", 1),
        Target("class", index=2),
        Target("layer", "conv_1"),
    ],
    ids=lambda one: one.what,
)
@pytest.mark.parametrize("fourier", [True, False])
def test_the_slope_is_that_of_finite_differences(tf, target, fourier) -> None:
    recipe = Recipe(fourier=fourier, seed=1)
    maker = _Maker(pooled(), target, recipe, (8, 8))
    shaken = tf.constant(drawn_places(np.random.default_rng(1), (8, 8), recipe))
    values = np.array(maker.start(None)) * 5
    _, slope = maker._slope(tf.constant(values), shaken, maker._where())
    slope = np.array(slope)
    random = np.random.default_rng(2)
    for _ in range(4):
        way = random.normal(size=values.shape).astype(np.float32)
        way /= np.linalg.norm(way)
        ahead, behind = (
            float(maker._slope(tf.constant(values + sign * 5e-3 * way), shaken, maker._where())[0])
            for sign in (1, -1)
        )
        expected = (ahead - behind) / 1e-2
        assert (slope * way).sum() == pytest.approx(
            expected, abs=3e-3 * float(np.linalg.norm(slope)) + 1e-5
        )


@pytest.mark.parametrize(
    "target",
    [
        Target("channel", "conv_3_1", 1),
        Target("unit", "conv_2_2", 3),
        Target("class", index=4),
        Target("layer", "conv_2_1"),
        Target("channel", "dense", 2),
    ],
    ids=lambda one: f"{one.what} {one.layer}",
)
def test_the_answer_rises_and_its_value_is_that_of_the_picture(target) -> None:
    network = open_network("small_vgg")
    told, frames = [], []
    made = visualise(network, target, Recipe(steps=12), report=told.append, shown=frames.append)
    assert made.value > made.frames[0].value
    assert told == [step / 12 for step in range(12)]
    assert tuple(frames) == made.frames
    assert [frame.step for frame in frames] == [0, *sorted(frame_steps(12))]
    x = network.preprocessing(made.picture)
    if target.what == "class":
        wanted = network.scores_of_inputs(x[None])[0][0, target.index]
    else:
        maps = network.feature_maps_of_input(x, [target.layer])[target.layer]
        wanted = {
            "channel": lambda: maps[..., target.index].mean(),
            "unit": lambda: maps[maps.shape[0] // 2, maps.shape[1] // 2, target.index],
            "layer": lambda: np.square(maps).mean(),
        }[target.what]()
    assert made.value == pytest.approx(float(wanted), rel=1e-4)
    assert measure(network, target, made.picture) == pytest.approx(made.value, rel=1e-6)


def test_a_seed_is_a_picture_and_another_is_another() -> None:
    network, target = open_network("small_vgg"), Target("channel", "conv_2_2", 0)
    first, again, other = (
        visualise(network, target, Recipe(size=48, steps=5, seed=seed)) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first.picture, again.picture)
    assert first.picture.shape == (48, 48, 3)
    assert (first.picture != other.picture).mean() > 0.5


def test_a_photo_is_where_it_starts() -> None:
    network, photo = open_network("small_vgg"), open_sample("panda")
    recipe = Recipe(steps=1, start="photo")
    made = visualise(network, Target("layer", "conv_2_2"), recipe, photo=photo)
    shown = network.shown_part(photo).astype(int)
    middle = (shown > 8) & (shown < 247)
    assert np.abs(made.frames[0].picture - shown)[middle].max() <= 3


def test_who_is_told_of_the_progress_can_stop_it() -> None:
    class StopError(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.4:
            raise StopError

    with pytest.raises(StopError):
        visualise(open_network("small_vgg"), Target("channel", "conv_2_2"), Recipe(), report=stop)


@pytest.mark.parametrize("network", [branched, dense_only, pooled], ids=lambda one: one.__name__)
def test_every_layer_of_other_networks_can_be_asked(network) -> None:
    opened = network()
    for info in opened.layers[1:]:
        made = visualise(opened, Target("layer", info.name), Recipe(steps=2))
        assert made.picture.shape == opened.input_shape


def test_a_function_is_compiled_anew_for_no_more_than_it_depends_on() -> None:
    network = pooled()

    def compiled_for(layer: str, rate: float) -> list[object]:
        maker = _Maker(network, Target("layer", layer), Recipe(rate=rate), (8, 8))
        return [maker._picture, maker._value, maker._slope, maker._step]

    first, other_layer = compiled_for("conv_1", 0.05), compiled_for("conv_2", 0.05)
    other_rate = compiled_for("conv_2", 0.06)
    same = [one is other for one, other in zip(first, other_layer, strict=True)]
    assert same == [True, False, False, False]
    same = [one is other for one, other in zip(other_layer, other_rate, strict=True)]
    assert same == [True, True, True, False]


def test_a_network_that_sees_in_grey_is_given_grey() -> None:
    keras = load_keras()
    layers = [keras.Input((12, 10, 1)), keras.layers.Conv2D(2, 3, name="conv")]
    made = visualise(Network.from_model(keras.Sequential(layers)), Target("channel", "conv", 1))
    assert made.picture.shape == (12, 10, 3)
    assert (np.ptp(made.picture, axis=-1) == 0).all()


@pytest.mark.parametrize(("target", "recipe", "said"), [
    (Target("channel", "conv_1_1", 16), Recipe(), "The channel must be from 0 to 15"),
    (Target("channel", "image", 0), Recipe(), "The input is what is made"),
    (Target("channel", "no"), Recipe(), "no layer of that name"),
    (Target("class", index=10), Recipe(), "The class must be from 0 to 9"),
    (Target("taste", "conv_1_1"), Recipe(), "one of channel, unit, class, layer"),
    (Target("class", index=1), Recipe(size=64), "needs pictures of 32 x 32"),
    (Target("channel", "dense", 1), Recipe(size=64), "needs pictures of 32 x 32"),
    (Target("channel", "conv_1_1"), Recipe(size=4), "side must be from 8 to 512"),
    (Target("channel", "conv_1_1"), Recipe(steps=0), "steps must be from 1 to 2048"),
    (Target("channel", "conv_1_1"), Recipe(rate=float("nan")), "rate must be above 0"),
    (Target("channel", "conv_1_1"), Recipe(start="x"), "starts from noise or photo"),
    (Target("channel", "conv_1_1"), Recipe(start="photo"), "start from a photo needs one"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(target, recipe, said) -> None:
    with pytest.raises(NetworkError, match=said):
        visualise(open_network("small_vgg"), target, recipe)


def test_what_nothing_excites_is_said() -> None:
    keras = load_keras()
    below = keras.initializers.Constant(-1.0)
    dead = keras.layers.Conv2D(
        1, 3, activation="relu", kernel_initializer="zeros", bias_initializer=below
    )
    network = Network.from_model(keras.Sequential([keras.Input((8, 8, 3)), dead]))
    with pytest.raises(NetworkError, match="Something in the start must excite"):
        visualise(network, Target("channel", dead.name))


def test_sizes_are_free_where_no_layer_counts_its_inputs() -> None:
    network = open_network("efficientnet_lite0")
    assert takes_any_size(network, "head_conv")
    assert takes_any_size(network, "pool")
    assert not takes_any_size(open_network("small_vgg"), "flatten")
    assert size_of(network, Target("channel", "head_conv"), Recipe(size=96)) == (96, 96)


# ---- patches ------------------------------------------------------------------------------------


def test_the_extremes_are_those_of_every_cell() -> None:
    network = open_network("small_vgg")
    images = [open_sample(name) for name in ("panda", "cat", "coffee", "noise")]
    found = extremes(network, "conv_2_1", images)
    maps = [network.feature_maps(image, ["conv_2_1"])["conv_2_1"][..., 7] for image in images]
    for cells, sign in ((found.most(7, 3), -1), (found.least(7, 3), 1)):
        each = [sign * (sign * one).min() for one in maps]
        assert [cell.picture for cell in cells] == list(np.argsort(sign * np.array(each))[:3])
        for cell in cells:
            assert cell.value == pytest.approx(float(maps[cell.picture][cell.row, cell.column]))
            assert cell.value == pytest.approx(float(each[cell.picture]))


def test_a_patch_is_all_that_its_cell_sees() -> None:
    network, image = open_network("small_vgg"), open_sample("cat")
    cell = extremes(network, "conv_2_1", [image]).most(3, 1)[0]
    part, box = patch(network, "conv_2_1", image, cell)
    assert part.shape[:2] == (box.height, box.width)
    top, left, height, width = (int(side) for side in box)
    shown = network.shown_part(image)
    other = np.full_like(shown, 9)
    other[top : top + height, left : left + width] = part
    maps = network.feature_maps_of_input(network.preprocessing(other), ["conv_2_1"])["conv_2_1"]
    assert maps[cell.row, cell.column, 3] == pytest.approx(cell.value, rel=1e-4)
    assert (other == 9).all(axis=-1).any()


def test_the_largest_cell_is_the_map_s() -> None:
    network = open_network("small_vgg")
    shown = network.shown_part(open_sample("panda"))
    maps = network.feature_maps_of_input(network.preprocessing(shown), ["conv_3_1"])["conv_3_1"]
    found = largest_cell(network, Target("channel", "conv_3_1", 9), shown)
    assert found == pytest.approx(float(maps[..., 9].max()), rel=1e-5)


def test_units_and_classes_are_asked_about_whole_pictures() -> None:
    network = open_network("small_vgg")
    photos = [open_sample(name) for name in ("panda", "cat")]
    logits = values_in(network, "class", "", photos)
    np.testing.assert_allclose(logits.largest, [network.logits(one) for one in photos], rtol=1e-5)
    units = values_in(network, "unit", "conv_3_1", photos)
    maps = [network.feature_maps(one, ["conv_3_1"])["conv_3_1"] for one in photos]
    rows, columns = (side // 2 for side in maps[0].shape[:2])
    np.testing.assert_array_equal(units.largest, [one[rows, columns] for one in maps])
    best = units.most(5, 1)[0]
    assert (best.row, best.column) == (rows, columns)
    # The unit that a picture is made for is this one.
    shown = network.shown_part(photos[0])
    assert units.largest[0, 5] == pytest.approx(
        measure(network, Target("unit", "conv_3_1", 5), shown), rel=1e-4
    )
    with pytest.raises(NetworkError, match="takes a picture at least"):
        values_in(network, "class", "", [])


# ---- the program --------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "recipe"), [
    (Target("channel", "conv_3_1", 1), Recipe(size=48, steps=6)),
    (Target("unit", "conv_2_2", 3), Recipe(steps=6, fourier=False, seed=2)),
    (Target("class", index=4), Recipe(steps=6, colour=False)),
    (Target("layer", "conv_2_1"), Recipe(steps=6, **PLAIN)),
    (Target("layer", "conv_2_1"), Recipe(size=48, steps=6, start="photo")),
    (Target("channel", "conv_3_1", 2), Recipe(steps=6, start="photo", fourier=False)),
], ids=lambda one: getattr(one, "what", ""))  # fmt: skip
def test_the_program_makes_the_same_picture(
    one_reading, target, recipe, tmp_path, monkeypatch, capsys
) -> None:
    _makes_the_same(open_network("small_vgg"), target, recipe, tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("end", ["a mask", "a mask of one number"])
def test_a_class_of_a_mask_has_its_program(end, tmp_path, monkeypatch, capsys) -> None:
    network, target = ENDS[end](), Target("class", index=1)
    _makes_the_same(network, target, Recipe(steps=8), tmp_path, monkeypatch, capsys)


def _makes_the_same(network, target, recipe, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"{network.name}.keras").write_bytes(network_file(network))
    photo = open_sample("panda") if recipe.start == "photo" else None
    made = visualise(network, target, recipe, photo=photo)
    if photo is not None:
        part = photo_part(photo, made.picture.shape[:2])
        (tmp_path / "input.png").write_bytes(encode_png(part))
    names: dict = {}
    exec(compile(feature_code(network, target, recipe), "program.py", "exec"), names)
    away = np.abs(names["result"].astype(int) - made.picture)
    # One level where rounding decides; where a ReLU stands on its edge, a little more.
    assert (away > 1).mean() < 0.01
    assert np.abs(made.picture.astype(int) - made.frames[0].picture).max() > 20
    assert capsys.readouterr().out.startswith("(")
