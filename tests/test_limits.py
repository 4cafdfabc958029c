import os
import subprocess
import sys
from dataclasses import fields

import pytest

from cnnviz.limits import ON_OWN_COMPUTER, Limits


def test_the_defaults_are_those_for_strangers():
    limits = Limits()
    assert limits.picture_bytes == 10 * 1024 * 1024
    assert limits.picture_pixels == 24_000_000
    assert (limits.picture_side, limits.picture_kept_side) == (16_384, 1024)
    assert limits.model_bytes == 20 * 1024 * 1024
    assert limits.model_weights == 5_000_000
    assert (limits.model_layers, limits.model_input_side, limits.heavy_jobs) == (200, 512, 2)


@pytest.mark.parametrize("limit", fields(Limits), ids=lambda limit: limit.name)
def test_every_limit_follows_the_variable_that_carries_its_name(limit):
    limits = Limits.from_environment({f"CNNVIZ_{limit.name.upper()}": " 7 "})
    assert getattr(limits, limit.name) == 7
    assert type(getattr(limits, limit.name)) is limit.type


def test_on_ones_own_computer_the_networks_people_bring_fit():
    limits = Limits.from_environment({"CNNVIZ_SHARED": "0"})
    assert limits == Limits(**ON_OWN_COMPUTER)
    # VGG16 is 528 MiB with 138 million weights; NASNetLarge has 1,039 layers.
    assert limits.model_megabytes > 528
    assert limits.model_weights > 138_400_000
    assert limits.model_layers > 1_039
    assert limits.session_upload_megabytes > 2 * limits.model_megabytes
    for name, value in ON_OWN_COMPUTER.items():
        assert type(value) is type(getattr(Limits(), name))
    raised = {"CNNVIZ_SHARED": "0", "CNNVIZ_MODEL_LAYERS": "7"}
    assert Limits.from_environment(raised).model_layers == 7


@pytest.mark.parametrize("text", ["", "1", " 1 "])
def test_without_a_word_the_limits_are_those_for_strangers(text):
    assert Limits.from_environment({"CNNVIZ_SHARED": text}) == Limits()


@pytest.mark.parametrize("text", ["yes", "2", "0.0", "x" * 5000])
def test_shared_is_a_yes_or_no(text):
    with pytest.raises(ValueError, match=r"CNNVIZ_SHARED must be 0 or 1\. Received: ") as error:
        Limits.from_environment({"CNNVIZ_SHARED": text})
    assert len(str(error.value)) < 160


def test_sizes_may_be_fractions():
    assert Limits.from_environment({"CNNVIZ_PICTURE_MEGABYTES": "0.5"}).picture_bytes == 524_288


def test_other_variables_change_nothing():
    assert Limits.from_environment({"HOME": "/", "CNNVIZ_THEME": "dark"}) == Limits()


def test_an_empty_variable_counts_as_absent():
    assert Limits.from_environment({"CNNVIZ_MODEL_LAYERS": "  "}) == Limits()


@pytest.mark.parametrize(
    "text",
    ["abc", "-3", "0", "2.5", "1e3", "nan", "inf", "0x10", "1_000", "²", "9" * 5000, "20 MB"],
)
def test_an_unreadable_count_is_refused_by_name(text):
    rule = "CNNVIZ_MODEL_LAYERS must be a whole number from 1 to 1,000,000. Received: "
    with pytest.raises(ValueError, match=rule) as error:
        Limits.from_environment({"CNNVIZ_MODEL_LAYERS": text})
    assert repr(text)[:20].strip("'") in str(error.value)
    assert len(str(error.value)) < 160


@pytest.mark.parametrize("text", ["abc", "-0.5", "0", "0.0", "nan", "inf", "1e3", "10001", "5,5"])
def test_an_unreadable_amount_is_refused_by_name(text):
    rule = "CNNVIZ_PICTURE_MEGABYTES must be a number above 0 and up to 10,000. Received: "
    with pytest.raises(ValueError, match=rule):
        Limits.from_environment({"CNNVIZ_PICTURE_MEGABYTES": text})


def test_a_wrong_variable_stops_the_start_and_names_itself():
    started = subprocess.run(
        [sys.executable, "-c", "import cnnviz.limits"],
        env={**os.environ, "CNNVIZ_HEAVY_JOBS": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    last_line = started.stderr.strip().splitlines()[-1]
    assert last_line.endswith(
        "CNNVIZ_HEAVY_JOBS must be a whole number from 1 to 1,000. Received: 'many'."
    )
