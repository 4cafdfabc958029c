import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.drawing.palette import (
    DARK_ACCENT,
    DARK_BACKGROUND,
    LIGHT_ACCENT,
    LIGHT_BACKGROUND,
    SCALES,
    colour_map,
    contrast,
    hex_colour,
    lookup_table,
    readable_ink,
    rgb,
    series_colours,
    symmetric_limit,
)

BACKGROUNDS = (LIGHT_BACKGROUND, DARK_BACKGROUND)
DIVERGING = [name for name, scale in SCALES.items() if scale.kind == "diverging"]
SEQUENTIAL = [name for name, scale in SCALES.items() if scale.kind == "sequential"]


def lab(colours):
    """CIE L*a*b* by OpenCV, (N, 3)."""
    pixels = np.asarray(colours, np.float32).reshape(1, -1, 3) / 255
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[0]


# Brettel, Viénot and Mollon 1997 in the single-plane form of Viénot, Brettel and Mollon 1999:
# what is left of linear RGB for the two common kinds of colour blindness.
COLOUR_BLINDNESS = {
    "protanopia": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deuteranopia": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


def seen_with(colours, kind):
    share = np.asarray(colours, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(COLOUR_BLINDNESS[kind]).T, 0, 1)
    share = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return share * 255


@pytest.mark.parametrize("background", [*BACKGROUNDS, "#c8c8c8", "#303030"])
@pytest.mark.parametrize("scale", DIVERGING)
def test_zero_is_the_background(scale, background):
    assert hex_colour(lookup_table(scale, background)[255]) == background
    picture = colour_map(np.zeros((2, 3)), scale=scale, background=background)
    assert (picture == rgb(background)).all()


def test_the_ends_on_a_light_page_are_those_of_colorbrewer():
    # The reach in lightness is that of the paler end, so one of each pair is met exactly.
    assert hex_colour(lookup_table("maps")[0]) == "#053061"
    assert hex_colour(lookup_table("maps")[-1]) == "#67001f"
    assert hex_colour(lookup_table("weights")[-1]) == "#00441b"


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("scale", DIVERGING)
def test_lightness_changes_evenly_along_both_arms(scale, background):
    table = lookup_table(scale, background)
    lightness = lab(table)[:, 0]
    away = np.abs(lightness - lightness[255])
    even = np.abs(np.arange(511) - 255) / 255 * away[-1]
    # Rounding to 8 bits moves L* by up to 0.4 where a dark scale is almost black.
    assert np.abs(away - even).max() < 0.5
    assert away[-1] > 60


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("scale", DIVERGING)
@pytest.mark.parametrize("kind", COLOUR_BLINDNESS)
def test_signs_are_told_apart_by_colour_blind_people(scale, background, kind):
    table = seen_with(lookup_table(scale, background), kind)
    negative, positive = lab(table[[127, 63, 0]]), lab(table[[383, 447, 510]])
    # A difference of 10 in L*a*b* is plain to see side by side; 2.3 is just noticeable.
    assert np.linalg.norm(negative - positive, axis=1).min() > 20


@pytest.mark.parametrize("kind", COLOUR_BLINDNESS)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_series_are_told_apart_by_colour_blind_people(background, kind):
    seen = lab(seen_with(series_colours(7, background), kind))
    differences = np.linalg.norm(seen[:, None] - seen[None], axis=-1)
    assert differences[~np.eye(7, dtype=bool)].min() > 10


@pytest.mark.parametrize("scale", SEQUENTIAL)
def test_sequential_scales_brighten_all_the_way(scale):
    lightness = lab(lookup_table(scale))[:, 0]
    assert (np.diff(lightness) > -0.05).all()
    assert lightness[-1] - lightness[0] > 70


def test_cividis_matches_opencv():
    theirs = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_CIVIDIS)[
        :, 0, ::-1
    ]
    ours = lookup_table("attributions").astype(int)
    assert np.abs(ours - theirs).max() <= 1


def test_a_picture_of_three_numbers():
    assert [hex_colour(colour) for colour in colour_map([-2.0, 0.0, 2.0])] == [
        "#053061",
        "#ffffff",
        "#67001f",
    ]
    assert [hex_colour(colour) for colour in colour_map([0, 1, 2], scale="greys")] == [
        "#000000",
        "#808080",
        "#ffffff",
    ]


real_maps = arrays(
    st.sampled_from([np.float32, np.float64, np.int32, np.uint8, np.float16]),
    array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)


@given(
    real_maps,
    st.sampled_from(sorted(SCALES)),
    st.none() | st.floats(1e-300, 1e300),
)
def test_every_array_of_numbers_becomes_colours(values, scale, limit):
    colours = colour_map(values, scale=scale, limit=limit)
    assert colours.shape == (*values.shape, 3)
    assert colours.dtype == np.uint8
    known = {tuple(colour) for colour in lookup_table(scale)} | {tuple(rgb(SCALES[scale].missing))}
    assert {tuple(colour) for colour in colours.reshape(-1, 3)} <= known


@given(st.floats(-10, 10), st.floats(0.1, 100))
def test_a_value_is_looked_up_by_its_share_of_the_limit(value, limit):
    entry = 255 + np.rint(255 * np.clip(value / limit, -1, 1)).astype(int)
    nearest = lookup_table("maps")[max(entry - 1, 0) : entry + 2].astype(int)
    colour = colour_map(np.float64(value), limit=limit)
    assert np.abs(nearest - colour).sum(axis=1).min() == 0


@given(real_maps, st.sampled_from(DIVERGING))
def test_the_limit_of_a_map_is_met_by_its_largest_value(values, scale):
    limit = symmetric_limit(values)
    assert 0 < limit < np.inf
    finite = values[np.isfinite(values)].astype(np.float64)
    assert (np.abs(finite) <= limit).all() or limit == 1.0


def test_values_beyond_the_limit_take_its_colour():
    table = lookup_table("maps")
    colours = colour_map([-9.0, 9.0, -np.inf, np.inf], limit=3.0)
    assert (colours == table[[0, -1, 0, -1]]).all()


def test_infinities_do_not_stretch_the_range():
    assert symmetric_limit([np.inf, -4.0, np.nan]) == 4.0


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_what_is_not_a_number_is_seen(scale, background):
    missing = colour_map([np.nan, 1.0], scale=scale, background=background)[0]
    assert hex_colour(missing) == SCALES[scale].missing
    assert contrast(missing, background) >= 3
    others = lab(lookup_table(scale, background))
    assert np.linalg.norm(others - lab(missing), axis=1).min() > 10


def test_a_sequential_scale_shows_negative_values_as_nothing():
    assert (colour_map([-1.0, 1.0], scale="attributions")[0] == rgb("#00224e")).all()


def test_extreme_magnitudes_keep_their_sign():
    tiny = np.array([-1e-45, 1e-45], np.float32)
    huge = np.array([-1e300, 1e300])
    for values in (tiny, huge):
        colours = colour_map(values)
        assert (colours == lookup_table("maps")[[0, -1]]).all()


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_limit_must_be_above_zero(limit):
    with pytest.raises(ValueError, match=f"above zero and finite. Received: limit={limit}"):
        colour_map([1.0], limit=limit)


def test_an_unknown_scale_is_refused():
    for function in (lookup_table, lambda scale: colour_map([1.0], scale=scale)):
        with pytest.raises(ValueError, match=r"one of maps, weights, .*Received: 'jet'"):
            function("jet")


def test_tables_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        lookup_table("maps")[0] = 0


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_ink_is_readable_on_every_colour(colour):
    assert contrast(readable_ink(colour), colour) >= 4.5


@pytest.mark.parametrize(
    ("accent", "background"),
    [(LIGHT_ACCENT, LIGHT_BACKGROUND), (DARK_ACCENT, DARK_BACKGROUND)],
)
def test_the_accent_is_readable_as_text(accent, background):
    assert contrast(accent, background) >= 4.5


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 25, 121])
def test_series_colours_are_all_different(count, background):
    colours = series_colours(count, background)
    assert colours.shape == (count, 3)
    assert len(np.unique(colours, axis=0)) == count


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_the_first_three_series_stand_out_from_the_page(background):
    assert min(contrast(colour, background) for colour in series_colours(3, background)) >= 3


@pytest.mark.parametrize("text", ["#fff", "ffffff", "#gggggg", "red", "", "#ffffff0", "#+1+1+1"])
def test_a_colour_that_is_no_six_digits_is_refused(text):
    with pytest.raises(ValueError, match=r'written "#rrggbb"'):
        rgb(text)
