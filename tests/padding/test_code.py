import contextlib
import io

import numpy as np
import pytest

from cnnviz.padding.code import keras_program, torch_program
from cnnviz.padding.geometry import (
    apply_kernel,
    convolution_geometry,
    full_padding,
    transposed_geometry,
)
from tests.torch_stand_in import standing_in

RNG = np.random.default_rng(3)
SIZE = (6, 5)
PADDINGS = ("valid", "same", "full", ((0, 1), (1, 0)), ((2, 0), (0, 3)))
KERNELS = ((3, 3), (2, 4), (1, 1))
STEPS = (((1, 1), (1, 1)), ((2, 2), (1, 1)), ((3, 1), (1, 2)), ((1, 1), (2, 2)), ((2, 2), (2, 1)))


def views(transposed: bool):
    """Give every view that fits: its rule, grid, kernel and geometry."""
    geometry_of = transposed_geometry if transposed else convolution_geometry
    for kernel_size in KERNELS:
        for stride, dilation in STEPS:
            for padding in PADDINGS[:2] + PADDINGS[3:] if transposed else PADDINGS:
                amounts = full_padding(kernel_size, dilation) if padding == "full" else padding
                try:
                    geometry = geometry_of(
                        SIZE, kernel_size, stride=stride, padding=amounts, dilation=dilation
                    )
                except ValueError:
                    continue
                grid = RNG.normal(size=SIZE).astype(np.float32)
                kernel = RNG.normal(size=kernel_size).astype(np.float32)
                rule = padding if isinstance(padding, str) else "explicit"
                name = f"{kernel_size}-{stride}-{dilation}-{padding}"
                yield pytest.param(grid, kernel, geometry, rule, id=name)


every_view = pytest.mark.parametrize(
    ("grid", "kernel", "geometry", "rule"), [*views(False), *views(True)]
)


def result_of(program: str):
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(program, "program", "exec"), names)
    return names["result"]


@every_view
def test_the_keras_program_gives_the_numbers_on_screen(grid, kernel, geometry, rule, tf):
    expected = apply_kernel(grid, kernel, geometry)
    result = result_of(keras_program(grid, kernel, geometry, rule))
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


@every_view
def test_the_torch_program_gives_the_numbers_on_screen(grid, kernel, geometry, rule):
    expected = apply_kernel(grid, kernel, geometry)
    with standing_in():
        result = result_of(torch_program(grid, kernel, geometry, rule))
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def test_same_is_named_where_a_framework_has_a_name_for_it():
    grid, kernel = np.ones((6, 6), np.float32), np.ones((3, 3), np.float32)
    plain = convolution_geometry(6, 3, padding="same")
    strided = convolution_geometry(6, 3, stride=2, padding="same")
    assert 'padding="same"' in keras_program(grid, kernel, plain, "same")
    assert 'padding="same"' in keras_program(grid, kernel, strided, "same")
    assert 'padding="same"' in torch_program(grid, kernel, plain, "same")
    assert "F.pad(inputs, (0, 1, 0, 1))" in torch_program(grid, kernel, strided, "same")


def test_doubling_is_written_as_people_write_it_in_pytorch():
    grid, kernel = np.ones((4, 4), np.float32), np.ones((3, 3), np.float32)
    geometry = transposed_geometry(4, 3, stride=2, padding=((1, 0), (1, 0)))
    program = torch_program(grid, kernel, geometry, "explicit")
    assert "padding=(1, 1)" in program
    assert "output_padding=(1, 1)" in program
    assert "outputs = outputs[" not in program
