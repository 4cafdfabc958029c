"""The Search page in a real browser: regions, layers, the map, and the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import aim, becomes, state_of
from tests.browser.tabs import settle

SMALL = "search?search_network=Small+VGG&query=fish%2Ffish7"


@pytest.fixture
def search(visit):
    """Open the page and wait until the photos are indexed."""

    def opened(more: str = "", **window) -> Page:
        page = visit(SMALL + more, **window)
        ready = ".card" if "Map" not in more else "canvas.map[data-drawn]"
        if "Points" in more:
            ready = "[data-testid='stPlotlyChart'] .point"
        page.locator(ready).first.wait_for(timeout=90_000)
        settle(page)
        return page

    return opened


def found(page: Page) -> list[str]:
    return [one.get_attribute("aria-label") for one in page.locator(".match").all()]


on_map = state_of("canvas.map")


def test_the_layer_is_chosen_by_slider_and_chart(search):
    page = search()
    the_layer_slider_moves_the_results_at_once_and_the_address_follows(page)
    a_press_on_the_chart_jumps_to_that_layer(page)


def the_layer_slider_moves_the_results_at_once_and_the_address_follows(page: Page) -> None:
    before = found(page)
    slider = page.get_by_role("slider", name="Layer")
    slider.press("Home")
    after = found(page)
    assert len(after) == len(before) == 15
    assert after != before
    page.wait_for_url("**layer=conv_1_1**")
    settle(page)
    assert found(page) == after
    expect(page.locator(".layer-name")).to_have_text("Layer 1 of 14: conv_1_1, 16 maps of 32 × 32")


def a_press_on_the_chart_jumps_to_that_layer(page: Page) -> None:
    chart = page.get_by_test_id("stPlotlyChart")
    points = chart.locator(".scatterlayer .trace").first.locator(".point")
    for layer in (4, 0, 4):  # the same once more, when another was chosen meanwhile
        point = points.nth(layer)
        point.scroll_into_view_if_needed()
        box = point.bounding_box()  # what takes the press lies over it
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_url(f"**layer={['conv_1_1', '', '', '', 'pool_1'][layer]}**")
        settle(page)
        expect(page.locator(".layer-name")).to_contain_text(f"Layer {layer + 1} of 14")


def test_a_picture_is_answered_at_once_and_python_says_the_same(search):
    page = search()
    for asked in (".card:nth-child(5) .next", ".own"):
        before, address = found(page), page.url
        answered = page.locator(".search").evaluate(
            f"""async (root) => {{
              root.querySelector("{asked}").click();
              await new Promise((done) => setTimeout(done)); // the question goes out first
              return [...root.querySelectorAll(".match")].map((one) => one.ariaLabel);
            }}"""
        )
        assert answered != before, asked
        page.wait_for_url(lambda now, address=address: now != address and "fish7" not in now)
        expect(page.locator(".root:has(.search)")).to_have_attribute("data-ready", "1")
        settle(page)
        assert found(page) == answered, asked


def test_a_lasso_picks_photos_and_a_press_on_one_searches_with_it(search):
    page = search("&search_view=Map&search_map_of=Points")
    box = page.get_by_test_id("stPlotlyChart").locator(".nsewdrag").bounding_box()
    expect(page.locator(".picked")).to_contain_text("Draw a line around points")
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.02)]
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 0.02 * box["height"])
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
    page.mouse.up()
    expect(page.locator(".picked")).to_contain_text("89 picked")
    settle(page)
    page.get_by_role("button", name="Hammer", exact=True).click()
    page.wait_for_url("**query=tool%2Fhammer1**")


def test_a_region_is_made_by_pointer_and_keyboard(search):
    page = search()
    a_dragged_region_is_searched_with_and_escape_takes_the_whole(page)
    the_keyboard_makes_a_region_and_moves_it(page)


def a_dragged_region_is_searched_with_and_escape_takes_the_whole(page: Page) -> None:
    before = found(page)
    picture = page.locator(".query-picture .whole")
    box = picture.bounding_box()
    x, y = aim(picture, 0.25, 0.5)
    page.mouse.down()
    page.mouse.move(x + box["width"] * 0.5, y + box["height"] * 0.5 - 1, steps=5)
    assert "region=" not in page.url  # nothing is asked while dragging
    page.mouse.up()
    page.wait_for_url("**region=**")
    expect(page.locator(".query-title")).to_have_text("A region of Red mullets")
    settle(page)
    assert found(page) != before
    page.locator(".query-picture").press("Escape")
    page.wait_for_url(lambda address: "region" not in address)
    expect(page.locator(".query-title")).to_have_text("Red mullets")
    settle(page)
    assert found(page) == before


def the_keyboard_makes_a_region_and_moves_it(page: Page) -> None:
    picture = page.locator(".query-picture")
    picture.press("Enter")
    page.wait_for_url("**region=250%2C250%2C750%2C750**")
    settle(page)
    picture.press("ArrowRight")
    picture.press("Shift+ArrowDown")
    page.wait_for_url("**region=250%2C270%2C770%2C770**")


def test_arrow_keys_say_why_and_a_photo_or_a_match_becomes_the_query(search, visit):
    page = search()
    arrow_keys_walk_through_results_and_a_press_says_why(page)
    a_photo_and_a_match_become_the_query_and_the_address_opens_it(page, visit)


def arrow_keys_walk_through_results_and_a_press_says_why(page: Page) -> None:
    page.locator(".match").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(".match").nth(6)
    expect(chosen).to_be_focused()
    page.keyboard.press("Enter")
    name = chosen.get_attribute("aria-label").split(". ")[1].split(",")[0]
    expect(page.get_by_role("heading", name=f"Why {name} matches")).to_be_visible()
    settle(page)
    pane = page.locator(".pane").first
    pane.press("ArrowLeft")
    expect(page.locator(".root .words[aria-live]")).to_contain_text("is most like this one")


def a_photo_and_a_match_become_the_query_and_the_address_opens_it(page: Page, visit) -> None:
    page.get_by_role("button", name="Hammer", exact=True).click()
    page.wait_for_url("**query=tool%2Fhammer1**")
    expect(page.locator(".query-title")).to_have_text("Hammer")
    settle(page)
    first = page.locator(".card").first
    first.hover()
    name = first.locator(".next").get_attribute("aria-label").removeprefix("Search with ")
    first.locator(".next").click()
    expect(page.locator(".query-title")).to_have_text(name)
    page.wait_for_url(lambda address: "hammer1" not in address)
    other = visit(page.url.split("/", 3)[-1])
    expect(other.locator(".query-title")).to_have_text(name)


def test_the_map_is_walked_zoomed_and_searched_by_keyboard_and_pointer(search):
    page = search("&search_view=Map")
    the_map_is_walked_zoomed_and_searched_by_keyboard(page)
    the_map_glides_from_layer_to_layer_and_a_press_searches(page)


def the_map_is_walked_zoomed_and_searched_by_keyboard(page: Page) -> None:
    canvas = page.locator("canvas.map")
    canvas.press("ArrowLeft")
    first = on_map(page, "state.focus")
    assert first is not None
    canvas.press("+")
    assert on_map(page, "state.view.zoom") > 1
    canvas.press("Escape")
    assert on_map(page, "state.view.zoom") == 1
    canvas.press("Enter")
    page.wait_for_url(lambda address: "fish7" not in address)
    settle(page)
    assert on_map(page, "state.settings.place") == first


def the_map_glides_from_layer_to_layer_and_a_press_searches(page: Page) -> None:
    before = on_map(page, "[...state.now]")
    page.get_by_role("slider", name="Layer").press("Home")
    page.wait_for_function(
        "() => { const find = (root) => root.querySelector('canvas.map') ??"
        " [...root.querySelectorAll('*')].map((one) => one.shadowRoot && find(one.shadowRoot))"
        ".find(Boolean); return !find(document).closest('.root').stage.gliding; }"
    )
    assert on_map(page, "[...state.now]") != before
    assert on_map(page, "[...state.now]") == on_map(page, "[...state.target(0)]")
    page.wait_for_url("**layer=conv_1_1**")
    settle(page)
    x, y = on_map(page, "state.screen(0)")
    canvas = page.locator("canvas.map")
    canvas.hover(position={"x": x, "y": y})
    becomes(page, lambda: on_map(page, "state.focus !== null"), True)
    index = on_map(page, "state.focus")
    name = on_map(page, "state.photos.names[state.focus]")
    canvas.click(position={"x": x, "y": y})
    page.wait_for_url(f"**query={name.replace('/', '%2F')}**")
    settle(page)
    assert on_map(page, "state.settings.place") == index
