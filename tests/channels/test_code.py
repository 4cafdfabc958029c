import numpy as np
import pytest
from PIL import Image

from cnnviz.channels.code import connected_code, mix_code
from cnnviz.channels.connections import connected_maps, connected_weights, connections_for
from cnnviz.channels.mixing import mix_channels
from cnnviz.channels.trained_kernels import PIXEL_SCALES

RNG = np.random.default_rng(8)
CASES = [
    {},
    {"bias": -0.1, "muted": {0, 2}, "activation": "relu"},
    {"padding": "same", "stride": 2, "activation": "relu6"},
    {"activation": "leaky_relu", "parameters": {"negative_slope": 0.05}},
    {"activation": "gelu", "parameters": {"approximate": True}, "muted": {1}},
]


@pytest.fixture
def run(tmp_path, monkeypatch, tf):
    monkeypatch.chdir(tmp_path)

    def program(code):
        names: dict[str, object] = {}
        exec(compile(code, "program", "exec"), names)
        return names

    return program


@pytest.mark.parametrize("scale", PIXEL_SCALES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case) or "plain")
def test_the_program_gives_the_maps_on_screen(case, scale, run):
    pixels = RNG.integers(0, 256, (14, 11, 3), np.uint8)
    kernel = RNG.normal(size=(3, 3, 3)).astype(np.float32)
    Image.fromarray(pixels).save("picture.png")
    names = run(mix_code(kernel, PIXEL_SCALES[scale], **case))
    mix = mix_channels(PIXEL_SCALES[scale](pixels), kernel, **case)
    size = float(np.abs(mix.partial).max())
    np.testing.assert_allclose(names["partial"], mix.partial, atol=1e-5 * size)
    np.testing.assert_allclose(names["result"], mix.result, atol=1e-5 * size)


@pytest.mark.parametrize("connection", connections_for(4), ids=lambda connection: connection.key)
def test_the_layers_program_gives_its_maps(connection, run):
    volume = RNG.normal(size=(8, 9, 4)).astype(np.float32)
    bias = RNG.normal(size=4).astype(np.float32)
    weights = connected_weights(RNG.normal(size=(3, 3, 4, 4)), connection)
    names = ("depthwise", "pointwise") if len(weights) == 2 else ("kernels",)
    np.savez("layer.npz", volume=volume, bias=bias, **dict(zip(names, weights, strict=True)))
    found = run(connected_code(connection, 4))
    maps = connected_maps(volume, weights, connection, bias=bias).maps
    np.testing.assert_allclose(found["result"], np.maximum(maps, 0), atol=1e-4)
    assert found["layer"].count_params() == connection.cost(3, 4).parameters
