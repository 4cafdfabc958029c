"""The published torch pickle is read as data: tensors come out right, and no program runs."""

from __future__ import annotations

import collections
import io
import pickle
import sys
import types
from typing import Any

import numpy as np
import pytest

from tools.convert_efficientnet_lite0 import (
    CLEARER_NAMES,
    LEGACY_MAGIC,
    StateDictUnpickler,
    keras_weights,
    read_state_dict,
)


class Stored:
    """A tensor as torch pickles it: a view of a storage that is kept apart."""

    def __init__(self, key: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]):
        self.parts = (key, offset, shape, strides)


@pytest.fixture
def torch_names(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The names that a state dict refers to, so that one can be written without torch."""
    torch, utilities = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2(*_: Any) -> None:
        raise AssertionError("only its name is needed")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    storage = type("FloatStorage", (), {"__module__": "torch", "__qualname__": "FloatStorage"})
    utilities._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined]
    torch.FloatStorage = storage  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utilities)
    return torch


def written(torch: Any, tensors: dict[str, Stored], numbers: dict[str, Any]) -> io.BytesIO:
    """Write a legacy torch file."""
    rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2  # type: ignore[attr-defined]

    class Key(str):
        __slots__ = ()

    class Pickler(pickle.Pickler):
        def persistent_id(self, given: Any) -> Any:
            if isinstance(given, Key):
                count = len(numbers[given])
                return ("storage", torch.FloatStorage, str(given), "cpu", count, None)
            return None

        def reducer_override(self, given: Any) -> Any:
            if isinstance(given, Stored):
                key, offset, shape, strides = given.parts
                hooks: Any = collections.OrderedDict()
                return rebuild, (Key(key), offset, shape, strides, False, hooks)
            return NotImplemented

    file = io.BytesIO()
    for header in (LEGACY_MAGIC, 1001, {"little_endian": True}):
        pickle.dump(header, file, protocol=2)
    Pickler(file, protocol=2).dump(collections.OrderedDict(tensors))
    pickle.dump(list(numbers), file, protocol=2)
    for values in numbers.values():
        array = np.asarray(values, "<f4")
        file.write(len(array).to_bytes(8, "little") + array.tobytes())
    file.seek(0)
    return file


def test_tensors_come_out_whatever_their_strides_and_offset(
    torch_names: types.ModuleType,
) -> None:
    tensors = {
        "plain": Stored("a", 0, (2, 3), (3, 1)),
        "turned": Stored("a", 0, (3, 2), (1, 3)),
        "later": Stored("b", 2, (2,), (1,)),
        "single": Stored("b", 0, (), ()),
    }
    file = written(torch_names, tensors, {"a": range(6), "b": [9, 8, 7, 6]})
    found = read_state_dict(file)
    assert found["plain"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert found["later"].tolist() == [7, 6]
    assert found["single"].tolist() == 9


def test_a_tensor_that_reaches_beyond_its_storage_is_refused(
    torch_names: types.ModuleType,
) -> None:
    file = written(torch_names, {"far": Stored("a", 4, (3,), (1,))}, {"a": range(6)})
    with pytest.raises(SystemExit, match="far reaches beyond its storage"):
        read_state_dict(file)


@pytest.mark.parametrize("program", [eval, print, io.open, np.load], ids=lambda f: f.__name__)
def test_a_pickle_that_names_a_program_is_refused_before_it_runs(program: Any) -> None:
    class Attack:
        def __reduce__(self) -> Any:
            return program, ("1",)

    file = io.BytesIO(pickle.dumps(Attack(), protocol=2))
    with pytest.raises(pickle.UnpicklingError, match="may hold only tensors"):
        StateDictUnpickler(file).load()


def test_another_file_is_refused() -> None:
    with pytest.raises(SystemExit, match="not a legacy torch pickle"):
        read_state_dict(io.BytesIO(pickle.dumps(1)))


def test_a_weight_without_a_place_is_noticed() -> None:
    shapes: Any = collections.defaultdict(lambda: np.zeros((1, 1, 1, 1)))
    with pytest.raises(SystemExit, match="Weights without a place"):
        keras_weights(Everything(shapes))


class Everything(dict):  # type: ignore[type-arg]
    """A state dict that has all the weights of the network, and one more."""

    def __init__(self, shapes: Any) -> None:
        names = ["_conv_stem.weight", "_conv_head.weight", "_fc.weight", "_fc.bias", "one_more"]
        normalisations = ["_bn0", "_bn1"]
        for block in range(16):
            parts = ["_depthwise_conv", "_project_conv", *(["_expand_conv"] if block else [])]
            names += [f"_blocks.{block}.{part}.weight" for part in parts]
            normalisations += [
                f"_blocks.{block}.{part}" for part in ("_bn1", "_bn2", *(["_bn0"] if block else []))
            ]
        for name in normalisations:
            names += [
                f"{name}.{part}" for part in ("weight", "bias", "running_mean", "running_var")
            ]
        super().__init__({name: shapes[name] for name in names})


def test_clearer_names_are_all_different() -> None:
    assert len(set(CLEARER_NAMES.values())) == len(CLEARER_NAMES)
