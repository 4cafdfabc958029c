"""The Search page without a browser: its message to the components, its address, its code."""

import base64
import io
import json
import threading
import time
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cnnviz.images import pictures as images
from cnnviz.networks import open_network
from cnnviz.networks.code import network_file
from cnnviz.notation import written
from cnnviz.search import METRICS, ImageIndex, layers_to_index, quality
from cnnviz.search.downloads import search_code
from cnnviz.search.gallery import gallery_of_files
from cnnviz.search.photo_index import photo_index
from cnnviz.search.photos import all_photos, open_photo
from pages.search import asking, layer_chart, map_points, pictures, results, stage
from pages.search.takeaway import CREDITS
from pages.ui import edits
from pages.ui.own_network import HELD
from pages.ui.takeaway import npz
from pages.ui.wire import unpack
from tests.pages.checks import finished, run_until, sent

PATH = "pages/09_search.py"
NETWORK = "Small VGG"
NAMES = [photo.name for photo in all_photos()]
LABELS = [photo.label for photo in all_photos()]


@pytest.fixture(scope="module")
def index():
    photos = (open_photo(photo) for photo in all_photos())
    network = open_network("small_vgg")
    return ImageIndex.build(network, photos, layer=layers_to_index(network)[0], labels=LABELS)


@pytest.fixture
def search(open_page):
    """Open the page and wait until the queue has made what it shows."""

    def opened(**address):
        return finished(open_page(PATH, **{"search_network": NETWORK} | address))

    return opened


def test_the_thumbnails_are_the_photos_in_order_and_their_credits_unfold(search):
    page = search(query=NAMES[3])
    settings, arrays = sent(page, "groups")
    assert settings["names"] == NAMES
    assert settings["titles"] == [photo.title for photo in all_photos()]
    assert settings["labels"] == LABELS
    assert all(settings["credits"])
    ends = [0, *arrays["ends"]]
    assert len(ends) == len(NAMES) + 1
    last = Image.open(io.BytesIO(arrays["jpegs"].tobytes()[ends[-2] : ends[-1]]))
    assert max(last.size) == 160
    assert not page.dataframe
    page.session_state[CREDITS] = True
    table = page.run().dataframe[0].value
    told = sorted(zip(table["Photo"], table["Credit"], strict=True))
    assert told == sorted((photo.title, photo.credit) for photo in all_photos())
    assert table["Photo"][0] == all_photos()[3].title


def test_the_results_do_not_wait_for_the_chart_below_them(search, monkeypatch):
    order = []

    @contextmanager
    def seen_first(place, *, plotly_follows):
        with place:
            yield
        order.append("results are seen")
        assert plotly_follows

    monkeypatch.setattr(stage, "seen_first", seen_first)
    monkeypatch.setattr(layer_chart, "show", lambda _: order.append("chart"))
    search()
    assert order[:2] == ["results are seen", "chart"]


def test_the_results_of_every_layer_are_those_of_the_index(search, index):
    settings, arrays = sent(search(query="fish/fish7"), "own")
    place = NAMES.index("fish/fish7")
    assert settings["place"] == place
    assert [one["name"] for one in settings["layers"]] == list(index.layers)
    for at, layer in enumerate(index.layers):
        found = index.at(layer).query_indexed(place)
        assert arrays["indices"][at].tolist() == [match.index for match in found]
        np.testing.assert_allclose(arrays["scores"][at], [m.score for m in found], atol=1e-6)
        right = np.mean([match.label == "fish" for match in found])
        assert arrays["precision"][at] == pytest.approx(right)


def chart(page):
    """The chart's lines by what they are called, without what is bold in their names."""
    (found,) = page.get("plotly_chart")
    lines = json.loads(found.proto.spec)["data"]
    return {line["name"].split(" <b>")[0]: line for line in lines}, found.proto


def numbers(values):
    """A trace's numbers, which Plotly sends as bytes."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.array(values, np.float64)


def test_the_chart_shows_every_layers_quality_and_the_best_that_is_possible(search, index):
    page = search(query="animal/cat", layer=index.layers[3])
    lines, proto = chart(page)
    measured = [quality(index.at(layer)) for layer in index.layers]
    place = NAMES.index("animal/cat")
    for name, expected in {
        "Nearest picture has the same label": [one.nearest for one in measured],
        "Precision at 15, all pictures": [one.precision for one in measured],
        "Precision at 15, animal": [one.by_label["animal"] for one in measured],
        "This query": [
            np.mean([m.label == "animal" for m in index.at(layer).query_indexed(place)])
            for layer in index.layers
        ],
    }.items():
        np.testing.assert_allclose(numbers(lines[name]["y"]), expected, atol=1e-6)
    # Five animals: no more than four of fifteen can be right.
    best = f"at most {4 / 15:.3f}"
    np.testing.assert_allclose(numbers(lines[best]["y"]), 4 / 15, atol=5e-4)
    assert f"layer 4, {index.layers[3]}: " in proto.alt
    assert f"precision at 15, animal {measured[3].by_label['animal']:.3g}" in proto.alt
    assert any(r"at most } 4 / 15 = 0.267" in one.value for one in page.latex)


@pytest.mark.parametrize(
    ("points", "before", "layer"),
    [
        ([{"x": 6}], None, "f"),
        # A second press takes the selection back; it was a press all the same.
        ([], 2, "b"),
        ([], None, None),
        *(([{"x": nonsense}], None, None) for nonsense in (0, 99, "x", None, 1.5)),
    ],
)
def test_a_press_on_the_chart_chooses_the_layer(monkeypatch, points, before, layer):
    written = []
    state = {layer_chart._KEY: {"selection": {"points": points}}}
    if before:
        state[layer_chart._PRESSED] = before
    monkeypatch.setattr(layer_chart.st, "session_state", state)
    monkeypatch.setattr(layer_chart, "SEARCH", SimpleNamespace(write=written.append))
    layer_chart._take(tuple("abcdefgh"))
    assert written == ([{"layer": layer}] if layer else [])


@pytest.mark.parametrize("metric", METRICS[1:])
def test_the_metric_and_the_layer_come_from_the_address(search, index, metric):
    page = search(search_metric=metric.capitalize(), layer=index.layers[2])
    settings, arrays = sent(page, "own")
    assert settings["layer"] == 2
    found = index.at(index.layers[2]).query_indexed(settings["place"], metric=metric)
    assert arrays["indices"][2].tolist() == [match.index for match in found]


def test_a_region_is_a_slice_of_the_picture(search, index):
    page = search(query="fish/fish7", region="250,100,750,600", layer=index.layers[-1])
    settings, arrays = sent(page, "own")
    place = NAMES.index("fish/fish7")
    picture = open_photo(all_photos()[place])
    height, width = picture.shape[:2]
    part = picture[height // 4 : 3 * height // 4, width // 10 : 6 * width // 10]
    found = index.at(index.layers[-1]).query(part, count=16)
    expected = [match.index for match in found if match.index != place][:15]
    assert settings["region"] == [250, 100, 750, 600]
    assert arrays["indices"][-1].tolist() == expected


def test_what_experiments_say_was_found_was_found(search, index):
    page, right = search(), {}
    first, last = index.layers[0], index.layers[-1]
    for label, layer, group in (
        ("Colour at the first layer", first, "tool"),
        ("Objects at the last layer", last, "tool"),
        ("Only a region", None, "fish"),
        ("What does an untrained network find?", last, "tool"),
    ):
        finished(page.button(key=f"try_{label}").click().run())
        settings, arrays = sent(page, "own")
        names = [one["name"] for one in settings["layers"]]
        layer = layer or names[settings["layer"]]
        found = arrays["indices"][names.index(layer)]
        right[label] = sum(LABELS[at] == group for at in found)
        (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
        assert (
            f"At {layer}, {right[label]} of the 15 nearest pictures are of the group {group}"
            in (note.replace("\\", ""))
        )
        if label == "Only a region":
            title = all_photos()[found[0]].title
            score = written(float(arrays["scores"][names.index(layer)][0]))
            assert f"The nearest to that region is {title}, {score}." in note
    first, last, _, untrained = right.values()
    assert last > first
    assert last > untrained


def test_the_users_picture_finds_photos(search, index):
    page = search(query="picture", picture="goldfish")
    settings, arrays = sent(page, "own")
    assert settings["place"] is None
    found = index.at(index.layers[settings["layer"]]).query(
        page.session_state["picture_in_hand"].image
    )
    assert arrays["indices"][settings["layer"]].tolist() == [match.index for match in found]
    assert settings["right"] == ""
    page.selectbox(key="search_label").set_value("Fish").run()
    settings, arrays = sent(page, "own")
    hits = np.mean([match.label == "fish" for match in found])
    assert arrays["precision"][settings["layer"]] == pytest.approx(hits)


@pytest.mark.parametrize(
    "address",
    [
        {"query": "../../etc/passwd"},
        {"query": "x" * 5000},
        {"region": "0,0,1e9,5"},
        {"region": "900,0,100,1000"},
        {"region": "0,0,1,1"},
        {"layer": "<script>"},
        {"match": "nobody"},
        {"search_view": ""},
        {"search_view": "", "search_metric": "", "search_network": NETWORK, "search_in": ""},
        {"search_centring": "perhaps", "search_map_of": ""},
        {"search_view": "Nothing", "search_metric": "hamming", "search_method": "LDA"},
        {"search_in": "A folder of this computer", "search_folder": "/etc"},
    ],
    ids=str,
)
def test_a_hostile_address_opens_the_defaults(search, address):
    assert sent(search(**address), "own")[0] == sent(search(), "own")[0]


@pytest.fixture
def asked(monkeypatch):
    """What an ask of the browser, of two photos "a" and "b" and one layer, changes."""
    scene = SimpleNamespace(layers=("conv",), indexed=SimpleNamespace(names=("a", "b")))

    def ask(message):
        changed = {}
        monkeypatch.setattr(asking, "SEARCH", SimpleNamespace(write=changed.update))
        monkeypatch.setattr(edits.st, "session_state", {"stage": {"ask": message}})
        asking.take(edits.Handshake("stage"), scene)
        return changed

    return ask


@pytest.mark.parametrize(
    ("kind", "value", "changed"),
    [
        ("query", 1, {"query": "b", "region": None, "match": ""}),
        ("query", None, {"query": "picture", "region": None, "match": ""}),
        ("match", 0, {"match": "a"}),
        ("layer", "conv", {"layer": "conv"}),
        ("region", [0, 100, 500, 1000], {"region": (0, 100, 500, 1000)}),
        ("region", None, {"region": None}),
    ],
    ids=str,
)
def test_what_the_browser_asks_for_is_held(asked, kind, value, changed):
    assert asked({"kind": kind, "value": value, "serial": 3}) == changed


@pytest.mark.parametrize("kind", ["query", "match", "region", "layer", "nothing"])
@pytest.mark.parametrize("value", [-1, 2, 10**30, "x", [1, 2], [0, 0, 9, 9], {}], ids=str)
def test_what_the_browser_may_not_ask_for_changes_nothing(asked, kind, value):
    assert asked({"kind": kind, "value": value, "serial": 3}) == {}


@pytest.mark.parametrize("message", [None, {}, {"serial": "x"}, {"serial": 1}], ids=str)
def test_a_message_that_is_none_changes_nothing(asked, message):
    assert asked(message) == {}


def test_the_map_holds_every_layer_in_one_square(search, index):
    settings, arrays = sent(search(search_view="Map"), "count")
    assert settings["count"] == len(NAMES)
    assert arrays["places"].shape == (len(index.layers), len(NAMES), 2)
    assert arrays["places"].min() >= -1e-5
    assert arrays["places"].max() <= 1 + 1e-5


def test_points_are_the_places_of_the_map_and_show_what_was_picked(search, index):
    layer = index.layers[2]
    _, arrays = sent(search(search_view="Map", layer=layer), "count")
    page = search(search_view="Map", search_map_of="Points", layer=layer)
    lines, _ = chart(page)
    for label in dict.fromkeys(LABELS):
        line = lines[label]
        here = [at for at, one in enumerate(LABELS) if one == label]
        assert [at for at, _ in line["customdata"]] == here
        np.testing.assert_allclose(numbers(line["x"]), arrays["places"][2, here, 0], atol=1e-6)
        np.testing.assert_allclose(numbers(line["y"]), arrays["places"][2, here, 1], atol=1e-6)
    assert sent(page, "picked")[0]["picked"] == []
    points = [{"customdata": [at, "x"]} for at in (7, 3, 7)] + [{}, {"customdata": [10**6, "x"]}]
    state = {"key": {"selection": {"points": points}}}
    scene = SimpleNamespace(indexed=SimpleNamespace(names=NAMES, collection="photos"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_points.st, "session_state", state)
        map_points._take("key", scene)
    page.session_state["search_picked"] = state["search_picked"]
    page.run()
    assert sent(page, "picked")[0]["picked"] == [3, 7]
    picked = chart(page)[0][LABELS[3]]["selectedpoints"]
    expected = [at for at, one in enumerate(NAMES) if one in (NAMES[3], NAMES[7])]
    here = [at for at, one in enumerate(LABELS) if one == LABELS[3]]
    assert [here[int(at)] for at in numbers(picked)] == [a for a in expected if a in here]


@pytest.mark.parametrize(
    ("address", "is_centred"),
    [({}, False), ({"search_centring": "Always"}, True), ({"search_centring": "Never"}, False)],
)
def test_a_small_gallery_is_not_centred_unless_one_asks(search, own_pictures, address, is_centred):
    own_pictures(*((f"{at}.png", picture_file((60 * at, 10, 10))) for at in range(2)))
    page = search(search_in="Your own pictures", layer="conv_1_1", **address)
    settings, arrays = sent(page, "own")
    score = arrays["scores"][settings["layer"], 0]
    assert score == pytest.approx(-1, abs=1e-4) if is_centred else score > 0
    assert any("less the mean" in one.value for one in page.markdown) == is_centred
    code = search_code(open_network("small_vgg"), "conv_1_1", "cosine", is_centred=is_centred)
    assert ("mean(axis=0)\na, b" in code) == is_centred


def test_a_match_says_why(search, index):
    layer = next(name for name in reversed(index.layers) if index.network.layer(name).is_map)
    page = search(layer=layer, query="fish/fish7")
    settings, arrays = sent(page, "cosine")
    place = NAMES.index("fish/fish7")
    best = index.at(layer).query_indexed(place)[0]
    assert settings["match_title"] == all_photos()[best.index].title
    assert arrays["query_map"].sum() == pytest.approx(1 - best.distance, abs=1e-4)
    assert arrays["match_map"].sum() == pytest.approx(1 - best.distance, abs=1e-4)
    assert any(f"= {1 - best.distance:.3g}" in one.value for one in page.latex)


@pytest.mark.parametrize("metric", METRICS)
def test_the_code_ranks_as_the_page_does(search, index, metric, tmp_path, monkeypatch):
    layer = index.layers[3]
    page = search(search_metric=metric.capitalize(), layer=layer, query="fish/fish7")
    code = page.code[0].value
    assert code == search_code(index.network, layer, metric).rstrip()
    monkeypatch.chdir(tmp_path)
    place = NAMES.index("fish/fish7")
    (tmp_path / "small_vgg.keras").write_bytes(network_file(index.network))
    (tmp_path / "query.png").write_bytes(images.encode_png(open_photo(all_photos()[place])))
    (tmp_path / "embeddings.npz").write_bytes(
        npz(
            vectors=index.vectors[layer],
            names=np.array(NAMES),
            labels=np.array(LABELS),
            itself=np.array([place]),
        )
    )
    scope: dict = {}
    exec(code, scope)
    np.testing.assert_allclose(scope["vector"], index.vectors[layer][place], rtol=1e-4, atol=1e-5)
    _, arrays = sent(page, "own")
    assert scope["order"].tolist() == arrays["indices"][3].tolist()


def picture_file(colour):
    return images.encode_png(np.full((40, 60, 3), colour, np.uint8))


@pytest.fixture
def own_pictures(monkeypatch):
    """Upload files to the page; AppTest has no way to."""

    def upload(*files):
        identity = f"files {time.time()}"
        gallery = cache(lambda: gallery_of_files(files))
        monkeypatch.setattr(pictures, "uploaded_gallery", lambda _key: (gallery(), identity))

    return upload


def test_ones_own_pictures_are_searched_and_bad_ones_listed(search, own_pictures):
    own_pictures(
        *((f"red/{at}.png", picture_file((200 + at, 10, 10))) for at in range(4)),
        *((f"blue/{at}.png", picture_file((10, 10, 200 + at))) for at in range(4)),
        ("blue/bad.png", b"no picture"),
        ("notes.txt", b"text"),
    )
    page = search(search_in="Your own pictures", query="blue/2.png", layer="pool_1")
    settings, arrays = sent(page, "own")
    at = settings["layer"]
    assert settings["title"] == "2.png"
    assert arrays["indices"].shape[1] == 7
    assert set(arrays["indices"][at][:3].tolist()) == {4, 5, 7}
    assert arrays["precision"][at] == pytest.approx(3 / 7)
    assert sent(page, "groups")[0]["groups"] == ["red", "blue"]
    assert sorted(page.dataframe[0].value["File"]) == ["blue/bad.png", "notes.txt"]


@pytest.mark.parametrize("view", ["Search", "Map"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_tiny_gallery_is_searched_too(search, own_pictures, count, view):
    own_pictures(*((f"{at}.png", picture_file((60 * at, 10, 10))) for at in range(count)))
    search(search_in="Your own pictures", search_view=view)


def test_pictures_that_are_none_are_refused_in_a_sentence(open_page, own_pictures):
    own_pictures(("a.png", b"no picture"))
    page = open_page(PATH, search_network=NETWORK, search_in="Your own pictures")
    run_until(page, lambda page: page.error)
    assert "needs at least one picture" in page.error[0].value
    assert not page.exception


HOSTILE = "![x](seen)"


def texts(page):
    """All that the page gives to be read as Markdown."""
    kinds = ("markdown", "header", "subheader", "caption", "info", "error", "warning", "latex")
    return [one.value for kind in kinds for one in page.get(kind)] + [
        one.proto.text for one in page.get("progress")
    ]


@pytest.mark.parametrize(
    "files",
    [
        (f"../{HOSTILE}.png", f"../{HOSTILE}2.png"),
        (f"a.{HOSTILE}", "b.txt"),
        (f"{HOSTILE}.png",),
        (f"{HOSTILE}/{HOSTILE}.png", f"{HOSTILE}/{HOSTILE}2.png", f"c/{HOSTILE}.png"),
    ],
    ids=["outside", "an ending", "no picture", "pictures"],
)
def test_a_files_name_is_never_markdown(open_page, own_pictures, files):
    folders = len(files) == 3
    own_pictures(*((name, picture_file((9, 9, 9)) if folders else b"") for name in files))

    def has_all(page) -> bool:
        assert not [text for text in texts(page) if "![" in text]
        is_whole = any(one.value == "Why it matters" for one in page.header)
        return bool(page.error) or (folders and is_whole)

    page = open_page(PATH, search_network=NETWORK, search_in="Your own pictures")
    run_until(page, has_all)
    assert any(r"\!\[x\]" in text for text in texts(page))


def test_an_address_is_never_markdown(open_page, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_FOLDERS", str(tmp_path))
    page = open_page(PATH, search_in="A folder of this computer", search_folder=HOSTILE)
    assert r"\!\[x\]\(seen" in page.error[0].value


def test_cancelled_work_can_be_started_again(open_page, own_pictures):
    files = [(f"{at}.png", picture_file((at % 250, 10, 10))) for at in range(400)]
    own_pictures(*files)
    page = open_page(PATH, search_network=NETWORK, search_in="Your own pictures")
    page.button(key="queue_cancel").click().run()
    assert "stopped" in page.info[0].value
    page.button(key="queue_again").click().run()
    assert sent(finished(page), "groups")[0]["titles"][-1] == "399.png"


def test_ones_own_network_looks_at_the_photos(open_page):
    # The page Network holds an opened model like this in the session.
    network = open_network("tutorial")
    page = open_page(PATH, search_network=NETWORK)
    page.session_state[HELD] = SimpleNamespace(identity="own test", network=network)
    finished(page.run())
    page.selectbox(key="search_network").set_value("Your own model").run()
    settings, arrays = sent(finished(page), "own")
    assert [one["name"] for one in settings["layers"]] == layers_to_index(network)
    assert arrays["indices"].shape == (len(settings["layers"]), 15)


def test_the_first_results_come_before_the_network_is_open(search, monkeypatch):
    """On a server that has just begun: what ships is shown, and what needs the network comes."""
    index = photo_index("small_vgg")
    seen = []

    def opens(_found):
        seen.append([unpack(one) for one in sent_so_far])

    sent_so_far: list[bytes] = []
    mount = results._mount
    monkeypatch.setattr(
        results, "_mount", lambda **given: (sent_so_far.append(given["data"]), mount(**given))
    )
    monkeypatch.setattr(stage, "_open", opens)
    monkeypatch.setattr(type(index.network), "is_open", property(lambda _: False))
    search(query="fish/fish7")
    ((settings, arrays),) = seen[-1]
    place = NAMES.index("fish/fish7")
    found = index.query_indexed(place)
    at = index.layers.index(index.layer)
    assert settings["layer"] == at
    assert arrays["indices"][at].tolist() == [match.index for match in found]
    # What a picture of one's own finds is not known yet, so the browser asks for it.
    assert "next_indices" not in arrays


def test_a_region_waits_for_the_network(search, monkeypatch):
    opened = []
    monkeypatch.setattr(stage, "_open", lambda found: opened.append(found.index.network.title))
    search(query="fish/fish7")
    assert opened == [NETWORK]
    search(query="fish/fish7", region="100,100,900,900")
    assert opened == [NETWORK] * 3


def test_waiting_for_a_network_ends_with_its_opening(search, monkeypatch):
    begun = threading.Event()
    network = photo_index("tutorial").network
    state = {"open": False}

    def opens(_self):
        begun.set()
        time.sleep(0.2)
        state["open"] = True

    monkeypatch.setattr(type(network), "is_open", property(lambda _: state["open"]))
    monkeypatch.setattr(type(network), "open", opens)
    search(search_network="Tutorial network")
    assert begun.is_set()
    assert state["open"]
