"""Read `model.weights.h5` as data: the shapes first, the numbers only where they fit.

An HDF5 file can point outside itself (external links, external storage, virtual datasets), run
filters over its content and promise more than it holds. Keras writes none of that: every weight is
a plain block of numbers in a group reached by hard links. Only that is read here.

Source of the layout: Keras 3.15, `saving_lib._save_state` and each layer's `save_own_variables`.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnviz.limits import LIMITS, Limits, raised_by
from cnnviz.networks.keras_files.graph import LayerSpec, NetworkSpec
from cnnviz.networks.layers import NetworkError
from cnnviz.notation import shown

Shape: TypeAlias = tuple[int, ...]
Weights: TypeAlias = Mapping[str, Sequence[NDArray[np.float32]]]


def weight_names(spec: LayerSpec) -> tuple[str, ...]:
    """List a layer's weights in the order in which Keras stores them.

    `count`, at the end of a Normalization, is a relic that is stored and never used.
    """
    arguments = spec.arguments
    bias = ("bias",) if arguments.get("use_bias") else ()
    gamma = ("gamma",) if arguments.get("scale") else ()
    beta = ("beta",) if arguments.get("center") else ()
    match spec.stored_kind:
        case "Conv2D" | "DepthwiseConv2D" | "Conv2DTranspose" | "Dense":
            return ("kernel", *bias)
        case "SeparableConv2D":
            return ("depthwise_kernel", "pointwise_kernel", *bias)
        case "BatchNormalization":
            return (*gamma, *beta, "moving_mean", "moving_variance")
        case "LayerNormalization" | "GroupNormalization":
            return (*gamma, *beta)
        case "PReLU":
            return ("alpha",)
        case "LayerScale":
            return ("gamma",)
        case "Normalization" if arguments["mean"] is None:
            return ("mean", "variance", "count")
    return ()


def weight_shapes(spec: LayerSpec, input_shape: Shape) -> dict[str, Shape]:
    """Work out the shapes of a layer's stored weights from what it is given.

    Parameters
    ----------
    input_shape : without the batch.

    >>> conv = LayerSpec("c", "Conv2D", {"filters": 8, "kernel_size": (3, 3), "groups": 1,
    ...                  "use_bias": True}, ("image",), "", "", "Conv2D")
    >>> weight_shapes(conv, (32, 32, 3))
    {'kernel': (3, 3, 3, 8), 'bias': (8,)}
    """
    arguments, channels = spec.arguments, input_shape[-1]
    size = arguments.get("kernel_size", ())
    filters = arguments.get("filters", 0)
    shapes: dict[str, Shape]
    match spec.stored_kind:
        case "Conv2D":
            kernel = (*size, channels // arguments["groups"], filters)
            shapes = {"kernel": kernel, "bias": (filters,)}
        case "DepthwiseConv2D":
            multiplier = arguments["depth_multiplier"]
            shapes = {"kernel": (*size, channels, multiplier), "bias": (channels * multiplier,)}
        case "SeparableConv2D":
            multiplier = arguments["depth_multiplier"]
            shapes = {
                "depthwise_kernel": (*size, channels, multiplier),
                "pointwise_kernel": (1, 1, channels * multiplier, filters),
                "bias": (filters,),
            }
        case "Conv2DTranspose":
            shapes = {"kernel": (*size, filters, channels), "bias": (filters,)}
        case "Dense":
            units = arguments["units"]
            shapes = {"kernel": (channels, units), "bias": (units,)}
        case "LayerNormalization":
            axes = arguments["axis"]
            sizes = _sizes(input_shape, sorted(axes) if isinstance(axes, list) else [axes])
            shapes = {"gamma": sizes, "beta": sizes}
        case "Normalization":
            axes = [axis % (len(input_shape) + 1) for axis in arguments["axis"] or []]
            sizes = _sizes(input_shape, sorted(axes))
            shapes = {"mean": sizes, "variance": sizes, "count": ()}
        case "PReLU":
            shared = arguments["shared_axes"] or []
            sides = enumerate(input_shape, 1)
            shapes = {"alpha": tuple(1 if axis in shared else side for axis, side in sides)}
        case _:
            names = ("gamma", "beta", "moving_mean", "moving_variance")
            shapes = dict.fromkeys(names, (channels,))
    return {name: shapes[name] for name in weight_names(spec)}


def _sizes(input_shape: Shape, axes: Sequence[int]) -> Shape:
    """Pick sizes by axes that count the batch as 0, as Keras's do."""
    return tuple(input_shape[axis - 1 if axis > 0 else axis] for axis in axes)


def stored_weights(data: bytes, network: NetworkSpec, limits: Limits = LIMITS) -> Weights:
    """Read every layer's weights from `model.weights.h5`.

    Parameters
    ----------
    data : the file's content.
    network : says which weights to look for; whatever else the file holds stays unread.

    Returns
    -------
    For the name of each layer that has weights, its arrays in Keras's order, as float32.

    Raises
    ------
    NetworkError : a weight is missing, is not stored as a plain block of floats, or all together
        are more than the limit.
    """
    import h5py

    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            found = {
                layer.name: _datasets(file, layer)
                for layer in network.layers
                if weight_names(layer)
            }
            _check_total(network, found, limits)
            # The same layer at two places is read once.
            arrays: dict[str, NDArray[np.float32]] = {}
            for datasets in found.values():
                for dataset in datasets:
                    if dataset.name not in arrays:
                        arrays[dataset.name] = _as_float32(dataset)
            return {
                name: [arrays[dataset.name] for dataset in datasets]
                for name, datasets in found.items()
            }
    except (NetworkError, MemoryError):
        raise
    # h5py turns a damaged file into whatever exception its C library's error comes closest to.
    except Exception as error:
        raise NetworkError(
            "model.weights.h5 must be a whole HDF5 file as Keras writes it. "
            f"Received: one that cannot be read ({type(error).__name__})."
        ) from error


def _check_total(network: NetworkSpec, found: Mapping[str, Sequence[Any]], limits: Limits) -> None:
    total, largest = 0, ("", 0)
    for layer in network.layers:
        count = sum(math.prod(dataset.shape) for dataset in found.get(layer.name, ()))
        total += count
        largest = max(largest, (layer.said, count), key=lambda pair: pair[1])
    if total > limits.model_weights:
        raise NetworkError(
            f"An uploaded network may have {limits.model_weights:,} weights; "
            f"{raised_by('model_parameters')}. "
            f"Received: {total:,}, of which {largest[1]:,} in {largest[0]}."
        )


def _datasets(file: Any, layer: LayerSpec) -> list[Any]:
    """Find a layer's datasets, one for each of its weights but a Normalization's count."""
    import h5py

    names = weight_names(layer)
    group = file
    for part in [*layer.weights_path.split("/"), "vars"]:
        group = _member(group, part, layer)
        if group is not None and not isinstance(group, h5py.Group):
            raise NetworkError(f"A layer's weights must be in a group. Received: {layer.said}.")
        if group is None:
            break
    stored = 0 if group is None else len(group)
    if stored != len(names):
        raise NetworkError(
            f"A {layer.stored_kind} like this must have {len(names)} stored weights "
            f"({', '.join(names)}). Received: {layer.said} with {stored}."
        )
    datasets = []
    for number, name in enumerate(names):
        if name != "count":
            dataset = _member(group, str(number), layer)
            _check_plain(dataset, name, layer)
            datasets.append(dataset)
    return datasets


def _member(group: Any, name: str, layer: LayerSpec) -> Any:
    """Open a group's member if it is there and reached by a hard link."""
    import h5py

    link = group.get(name, getclass=True, getlink=True)
    if link is None:
        return None
    if link is not h5py.HardLink:
        raise NetworkError(
            "model.weights.h5 must hold its weights itself, without links. "
            f"Received: {layer.said} with a link of kind {link.__name__}."
        )
    return group[name]


def _check_plain(dataset: Any, name: str, layer: LayerSpec) -> None:
    """Let through a block of floats, as large as it says, inside the file and unfiltered."""
    import h5py

    said = f"{name} of {layer.said}"
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise NetworkError(f"A weight must be an array. Received: {said}.")
    layout = dataset.id.get_create_plist()
    if dataset.is_virtual or dataset.external or layout.get_external_count():
        raise NetworkError(
            f"model.weights.h5 must hold its weights itself. Received: {said}, which lies in "
            "another file."
        )
    plain = (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    if layout.get_nfilters() or layout.get_layout() not in plain:
        raise NetworkError(
            "A weight must be stored as Keras stores it, in one block and uncompressed. "
            f"Received: {said}, stored in chunks or compressed."
        )
    if not (_is_float(dataset.dtype) and dataset.ndim <= 5):
        raise NetworkError(
            f"A weight must be an array of floats. Received: {said}, of type "
            f"{shown(str(dataset.dtype))} and {dataset.ndim} axes."
        )
    declared = math.prod(dataset.shape) * dataset.dtype.itemsize
    if dataset.id.get_storage_size() != declared:
        raise NetworkError(
            f"A weight must be stored whole. Received: {said}, {dataset.id.get_storage_size():,} "
            f"of {declared:,} bytes."
        )


def _is_float(kind: np.dtype[Any]) -> bool:
    is_bfloat16 = kind == np.dtype("V2")
    return is_bfloat16 or (kind.kind == "f" and kind.itemsize in (2, 4, 8))


def _as_float32(dataset: Any) -> NDArray[np.float32]:
    array = dataset[()]
    if array.dtype == np.dtype("V2"):
        # A bfloat16 is the upper half of a float32.
        wide = np.ascontiguousarray(array).view("<u2").astype("<u4") << 16
        return wide.view("<f4").astype(np.float32)
    with np.errstate(over="ignore"):
        return np.asarray(array, dtype=np.float32)


def not_finite(weights: Weights) -> tuple[str, ...]:
    """Name the layers whose weights hold NaN or infinity.

    >>> not_finite({"a": [np.float32([1.0])], "b": [np.float32([np.nan])]})
    ('b',)
    """
    return tuple(
        name
        for name, arrays in weights.items()
        if not all(np.isfinite(array).all() for array in arrays)
    )
