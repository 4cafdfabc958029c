import os
import subprocess
import sys
from dataclasses import fields

import pytest

from cnnviz.limits import Limits


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
