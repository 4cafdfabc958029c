import numpy as np
import pytest
from PIL import Image

from cnnviz.convolution import depthwise_convolve
from cnnviz.convolution.code import array_literal, convolution_code

RNG = np.random.default_rng(5)
CASES = [
    {},
    {"padding": "same", "bias": -3.25},
    {"padding": "same", "stride": 3},
    {"padding": 2, "stride": 2, "padding_mode": "reflect"},
    {"padding": "same", "stride": 2, "dilation": 3, "flip": True},
    {"padding": ((0, 3), (1, 0)), "dilation": 2, "padding_mode": "wrap"},
    {"padding": 4, "padding_mode": "replicate", "flip": True, "bias": 0.1},
]


@pytest.mark.parametrize("colour", [False, True], ids=["grey", "colour"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case) or "plain")
def test_the_program_gives_the_numbers_on_screen(case, colour, tmp_path, monkeypatch, tf):
    channels = 3 if colour else 1
    picture = RNG.integers(0, 256, (17, 12, channels), np.uint8)
    kernel = RNG.normal(size=(3, 5)).astype(np.float32)
    Image.fromarray(picture if colour else picture[..., 0]).save(tmp_path / "picture.png")
    monkeypatch.chdir(tmp_path)

    names: dict[str, object] = {}
    code = convolution_code(kernel, picture.shape[:2], colour=colour, **case)
    exec(compile(code, "program", "exec"), names)

    arguments = dict(case)
    slid = kernel[::-1, ::-1] if arguments.pop("flip", False) else kernel
    arguments["bias"] = np.full(channels, arguments.get("bias", 0.0), np.float32)
    expected = depthwise_convolve(
        picture, np.repeat(slid[:, :, None, None], channels, axis=2), **arguments
    )
    np.testing.assert_allclose(names["result"], expected, rtol=1e-5, atol=2e-3)


def test_literals_read_back_as_the_same_float32_numbers():
    values = RNG.normal(size=(4, 3)).astype(np.float32) * np.float32(1e-3)
    np.testing.assert_array_equal(np.array(eval(array_literal(values)), np.float32), values)


def test_an_unknown_border_is_refused():
    with pytest.raises(ValueError, match="Received: padding_mode='fog'"):
        convolution_code(np.ones((1, 1), np.float32), (3, 3), padding_mode="fog")
