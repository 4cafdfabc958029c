"""Strangers' limits hold wherever strangers may come from."""

import pytest

from serving.host import shared


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1"])
def test_an_app_that_only_this_computer_reaches_is_ones_own(address):
    assert shared({}, address) == "0"
    assert shared({"CNNVIZ_SHARED": ""}, address) == "0"


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "192.168.0.3", "localhost.evil.example"])
def test_an_app_that_others_reach_is_shared(address):
    assert shared({}, address) == "1"


@pytest.mark.parametrize("said", ["0", "1"])
@pytest.mark.parametrize("address", ["localhost", None])
def test_what_is_said_decides(said, address):
    assert shared({"CNNVIZ_SHARED": said}, address) == said
