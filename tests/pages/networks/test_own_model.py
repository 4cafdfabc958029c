"""One's own network: read, looked into, its choices; refused in one sentence, and kept apart."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.limits import LIMITS
from cnnviz.networks.keras_files.upload import read_upload
from cnnviz.networks.tensorflow_runtime import load_keras
from pages.networks.own_choices import plain
from pages.networks.state import VIEW
from pages.ui.own_network import OwnModel
from pages.ui.wire import unpack
from tests.pages.checks import sent_to
from tests.pages.networks.scenes import layer_menu

OWN = {"network": "Your own model"}


def saved(model: Any, folder: Path, name: str = "own.keras") -> bytes:
    path = folder / name
    model.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def keras_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A network for pictures of any size and of three classes."""
    keras = load_keras()
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            layers.Conv2D(4, 3, activation="relu", name="edges"),
            layers.GlobalAveragePooling2D(name="means"),
            layers.Dense(3, activation="softmax", name="answer"),
        ]
    )
    return saved(model, tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def read(keras_file: bytes) -> OwnModel:
    """What the session holds once that file is uploaded; read once for all tests."""
    return OwnModel("own.keras", keras_file, "digest", read_upload(keras_file), "zero_to_one")


@pytest.fixture
def open_own(open_page: Callable[..., AppTest], read: OwnModel) -> Callable[..., AppTest]:
    def opened(**address: str) -> AppTest:
        page = open_page("pages/08_network.py", **OWN, **address)
        page.session_state["own_model"] = read
        return page.run()

    return opened


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    chosen = page.file_uploader(key="own_model_file").set_value(
        (name, data, "application/octet-stream")
    )
    chosen.run(timeout=180)
    assert not page.exception
    return page


def held(page: AppTest) -> OwnModel:
    assert not page.exception
    return page.session_state["own_model"]


def wall(page: AppTest) -> Any:
    return unpack(sent_to(page, "layer_wall"))


# ---- files ---------------------------------------------------------------------------------


def test_an_uploaded_network_opens_and_stays_when_the_next_file_is_refused(
    open_page, keras_file, tmp_path
):
    page = open_page("pages/08_network.py", view="Layer", **OWN)
    upload(page, "own.keras", keras_file)
    assert not page.error
    own = held(page)
    assert [layer.name for layer in own.upload.network.layers[1:]] == ["edges", "means", "answer"]
    settings, arrays = wall(page)
    assert settings["layer"]["name"] == "edges"
    assert arrays["planes"].shape[0] == 4

    keras = load_keras()
    hostile = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Lambda(lambda x: x), keras.layers.Flatten()]
    )
    upload(page, "hostile.keras", saved(hostile, tmp_path))
    assert [error.value for error in page.error] == [
        plain(
            "An uploaded network is read as data, and a Lambda layer is code: use Rescaling, "
            "Activation or another built-in layer instead. "
            'Received: layer "lambda" (Lambda).'
        )
    ]
    assert held(page) == own
    assert wall(page)[0]["layer"]["name"] == "edges"


@pytest.mark.parametrize(
    ("name", "data", "line"),
    [
        ("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(40), 'load_model("model.h5")'),
        ("model.onnx", b"\x08\x07\x12\x07pytorch" + bytes(40), "onnx2tf.convert"),
        ("model.pkl", b"\x80\x04\x95" + bytes(40), "pickle.load"),
        ("model.pt", b"PK\x03\x04" + b"model/data.pkl" + bytes(40), "torch.onnx.export"),
        ("notes.txt", b"hello", 'model.save("model.keras")'),
        ("empty.keras", b"", 'model.save("model.keras")'),
    ],
)
def test_another_format_is_refused_with_the_line_that_converts_it(open_page, name, data, line):
    page = upload(open_page("pages/08_network.py", **OWN), name, data)
    (error,) = page.error
    assert plain(line) in error.value
    assert "own_model" not in page.session_state


def test_the_limits_are_said_with_the_variables_that_raise_them(open_page):
    page = open_page("pages/08_network.py", **OWN)
    (rules,) = [one.value for one in page.caption if "`.keras` file" in one.value]
    for variable in ("MEGABYTES", "LAYERS", "PARAMETERS", "INPUT_SIDE"):
        assert f"`CNNVIZ_MODEL_{variable}`" in rules
    uploader = page.file_uploader(key="own_model_file").proto
    assert uploader.max_upload_size_mb == math.ceil(LIMITS.model_megabytes)


def test_what_a_file_says_is_shown_as_it_is_and_not_as_markup():
    assert plain("![x](y) **bold** <b>") == r"\!\[x\]\(y\) \*\*bold\*\* \<b\>"


# ---- choices -------------------------------------------------------------------------------


def test_the_scale_of_the_pixels_changes_the_maps(open_own):
    page = open_own(view="Layer", place="image:0:3:3")
    assert wall(page)[0]["limit"] <= 1
    page.selectbox(key="own_model_pixels").set_value("zero_to_255").run()
    assert held(page).pixels == "zero_to_255"
    assert wall(page)[0]["limit"] > 200


def test_the_check_shows_the_best_class_under_each_scale(open_own, read):
    page = open_own()
    assert not page.dataframe
    page.session_state["own_model_check"] = True
    page.run()
    assert not page.exception
    table = page.dataframe[0].value
    assert table["Pixels"].tolist() == [one.name for one in PREPROCESSINGS.values()]
    picture = page.session_state["picture_in_hand"].image
    network = read.upload.network.with_preprocessing("bgr_mean")
    best = network.predict(picture, top=1)[0]
    assert table["Answer"].iloc[-1] == best.label
    assert table["Probability"].iloc[-1] == pytest.approx(best.probability, abs=1e-6)


def test_pasted_names_are_the_classes_names(open_own):
    page = open_own(view="Layer", place="answer:1:0:0")
    page.text_area(key="own_model_labels").set_value("cat\ndog\nowl").run()
    assert held(page).labels == {"answer": ("cat", "dog", "owl")}
    assert wall(page)[0]["names"] == ["cat", "dog", "owl"]
    page.text_area(key="own_model_labels").set_value("").run()
    assert held(page).labels == {}


def test_names_from_a_file_and_too_few_of_them(open_own):
    page = open_own()
    file = page.file_uploader(key="own_model_label_file")
    file.set_value(("names.json", b'["a", "b", "c"]', "application/json")).run()
    assert held(page).labels == {"answer": ("a", "b", "c")}
    page.text_area(key="own_model_labels").set_value("only, two").run()
    (error,) = page.error
    assert "Received: 2 labels" in error.value.replace("\\", "")
    assert held(page).labels == {"answer": ("a", "b", "c")}


def test_the_input_takes_another_size_where_the_file_leaves_it_open(open_own):
    page = open_own(view="Layer", place="edges:0:3:3")
    assert page.number_input(key="own_model_side").value == 224
    page.number_input(key="own_model_side").set_value(40).run(timeout=180)
    assert held(page).upload.network.input_shape == (40, 40, 3)
    assert wall(page)[1]["planes"].shape == (4, 38, 38)
    page.number_input(key="own_model_side").set_value(2).run(timeout=180)
    (error,) = page.error
    assert "edges" in error.value
    assert held(page).upload.network.input_shape == (40, 40, 3)


def test_the_untrained_twin_has_other_weights(open_own):
    page = open_own(view="Layer", place="edges:0:3:3")
    trained = wall(page)[1]["kernels"]
    page.toggle(key="untrained").set_value(True).run()
    assert not page.exception
    assert not np.array_equal(wall(page)[1]["kernels"], trained)


def test_it_can_be_forgotten(open_own):
    page = open_own()
    page.button(key="own_model_forget").click().run()
    assert not page.exception
    assert "own_model" not in page.session_state
    assert page.info


# ---- what is odd ---------------------------------------------------------------------------


def model_of(*layers: Any, shape: tuple[int, int, int] = (12, 12, 3)) -> Any:
    keras = load_keras()
    return keras.Sequential([keras.Input(shape), *layers])


def opened_as(open_page: Callable[..., AppTest], read: OwnModel, model: Any, view: str) -> AppTest:
    """Open a model in the place of an uploaded one; the reader has tests of its own."""
    from cnnviz.networks import Network

    upload = replace(read.upload, network=Network.from_model(model), any_size=False)
    page = open_page("pages/08_network.py", view=view, **OWN)
    page.session_state["own_model"] = replace(read, upload=upload, digest=view + model.name)
    page.run()
    assert not page.exception
    assert not page.error
    return page


def odd_models() -> dict[str, Callable[[], Any]]:
    layers = load_keras().layers
    return {
        "one grey channel, one number": lambda: model_of(
            layers.Conv2D(2, 3, name="a"),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
            shape=(12, 12, 1),
        ),
        "maps at the end": lambda: model_of(layers.Conv2D(2, 3), layers.UpSampling2D()),
        "neither maps nor vectors": lambda: model_of(
            layers.Reshape((48, 9)), layers.Dense(5), layers.Flatten(), layers.Dense(4)
        ),
        "a map of one cell": lambda: model_of(
            layers.SeparableConv2D(3, 12), layers.Flatten(), layers.Softmax()
        ),
    }


@pytest.mark.parametrize("view", VIEW.options)
@pytest.mark.parametrize(
    "kind",
    [
        "one grey channel, one number",
        "maps at the end",
        "neither maps nor vectors",
        "a map of one cell",
    ],
)
def test_odd_networks_open_in_every_view(open_page, read, view, kind):
    page = opened_as(open_page, read, odd_models()[kind](), view)
    if view == "Layer":
        for layer in held(page).upload.network.layers:
            layer_menu(page).set_value(layer.name).run()
            assert not page.exception
            assert wall(page)[0]["layer"]["shape"] == list(layer.output_shape)


@pytest.mark.parametrize("view", VIEW.options)
def test_a_network_that_answers_nan_is_shown_and_the_layer_named(open_page, read, view):
    layers = load_keras().layers
    model = model_of(layers.Conv2D(2, 3, name="broken"), layers.Flatten(), layers.Dense(2))
    model.get_layer("broken").set_weights([np.full((3, 3, 3, 2), np.nan), np.zeros(2)])
    page = opened_as(open_page, read, model, view)
    assert "from broken on" in page.warning[0].value


def test_nothing_of_it_is_kept_beyond_the_session(open_own):
    page = open_own(view="Layer")
    assert page.session_state["network_own_wall"][1].layer.name == "edges"
    assert page.session_state["network_own_maps"][1]["edges"].shape == (222, 222, 4)


def test_an_address_with_somebodys_own_network_says_what_is_missing(open_page):
    page = open_page("pages/08_network.py", **OWN)
    assert any("Upload it again" in one.value for one in page.info)
    other = open_page("pages/08_network.py", network="Small VGG")
    other.selectbox(key="network").set_value("Your own model").run()
    assert not any("Upload it again" in one.value for one in other.info)
