"""The front door's stage."""

from tests.browser.checks import complaints
from tests.browser.conftest import settle
from tests.browser.test_convolution import on_stage


def test_letting_go_of_a_weight_keeps_the_colours_it_was_dragged_in(visit):
    page = visit("?picture=digit")
    assert on_stage(page, "state.settings.show") == "signed"
    on_stage(
        page,
        "state.tell('kernel', {rows: 3, columns: 3, values: [-1, 0, 9, -2, 0, 2, -1, 0, 1], "
        "serial: 1})",
    )
    page.wait_for_url("**kernel=-1%2C0%2C9**")
    settle(page)
    assert on_stage(page, "state.places.weights[2]") == 9
    assert on_stage(page, "state.settings.show") == "signed"
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(lambda address: "kernel" not in address)
    assert complaints(page) == []
