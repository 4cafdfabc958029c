"""The text of a pipeline, there and back, and what it refuses."""

import pytest

from cnnviz.networks.augmentation import format_pipeline, parse_pipeline
from cnnviz.networks.augmentation.pipeline import PIPELINE_KINDS, started
from cnnviz.networks.building.kinds import Flatten
from tests.timing import takes_less


@pytest.mark.parametrize("kind", PIPELINE_KINDS)
def test_a_layer_goes_into_an_address_and_back(kind):
    (back,) = parse_pipeline(format_pipeline([started(kind)]))
    assert back == started(kind)
    assert back.arguments().get("value_range", (0, 1)) == (0, 1)


def test_order_is_kept_and_nothing_is_nothing():
    text = "rgrey-f0.25~rflip-mvertical~rturn-f0.1"
    assert format_pipeline(parse_pipeline(text)) == text
    assert parse_pipeline("") == ()
    assert format_pipeline(()) == ""


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("rturn-f9", "factor of a RandomRotation must be a number from 0 to 1"),
        ("conv-f6-k3", "one of RandomFlip.*Conv2D"),
        ("flat", "one of RandomFlip"),
        ("rflip~rflip", "one layer of each kind. Received: RandomFlip twice"),
        ("rflip~rgrey~rhue-f1~rsat-f1~rerase~noise-s1~rzoom-h0.1", "at most 6 layers"),
        ("in-h8-w8-c3", 'one of RandomFlip.*Received: "Input"'),
        ("<script>", "A layer begins with one of"),
        ("rturn-f1e999", "must be a number"),
    ],
)
def test_what_is_no_pipeline_is_refused_with_the_rule(text, rule):
    with pytest.raises(ValueError, match=rule):
        parse_pipeline(text)


def test_a_long_text_costs_no_more_than_its_length():
    def all_refused():
        for text in ("rflip~" * 100_000, "r" * 1_000_000, "rturn-f" + "9" * 1_000_000):
            with pytest.raises(ValueError, match="Received"):
                parse_pipeline(text)

    assert takes_less(1, all_refused)
    with pytest.raises(ValueError, match="Flatten"):
        format_and_back(Flatten())


def format_and_back(layer):
    return parse_pipeline(format_pipeline([layer]))
