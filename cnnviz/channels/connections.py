"""Which channels a filter sees: from all of them to a single one, on a trained layer.

A standard layer connects every map with every filter. Grouped and depthwise layers cut
connections, separable ones take the connections apart in two steps, and 1 x 1 layers keep them
but look at no neighbour. Here all of them are made from one and the same trained layer, so that
its maps show what each saving costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution import convolve, depthwise_convolve
from cnnviz.layers.cost import LayerCost, convolution_costs
from cnnviz.shapes import Floats, Padding, whole_number


@dataclass(frozen=True)
class Connection:
    """One way to connect channels with filters.

    kind : "standard", "grouped", "depthwise", "separable" or "pointwise", as in
        :func:`cnnviz.layers.cost.convolution_costs`.
    groups : into how many groups the channels are divided; 1 but for "grouped" and "depthwise".

    >>> Connection("grouped", 4).key
    'grouped_4'
    """

    kind: str
    groups: int = 1

    @property
    def key(self) -> str:
        """A name for it, fit for an address."""
        return f"grouped_{self.groups}" if self.kind == "grouped" else self.kind

    @property
    def label(self) -> str:
        """What a person reads."""
        labels = {
            "standard": "Standard",
            "grouped": f"{self.groups} groups",
            "depthwise": "Depthwise",
            "separable": "Separable",
            "pointwise": "1 \u00d7 1",
        }
        return labels[self.kind]

    def formula(self, kernel: int, channels: int) -> str:
        """Write how its weights are counted, for as many filters as channels.

        >>> Connection("grouped", 4).formula(3, 8)
        '3 \u00d7 3 \u00d7 2 \u00d7 8'
        """
        each = (kernel, kernel, channels)
        factors: dict[str, tuple[tuple[int, ...], ...]] = {
            "standard": ((*each, channels),),
            "grouped": ((kernel, kernel, channels // self.groups, channels),),
            "depthwise": (each,),
            "separable": (each, (channels, channels)),
            "pointwise": ((channels, channels),),
        }
        return " + ".join(" \u00d7 ".join(map(str, term)) for term in factors[self.kind])

    @property
    def rule(self) -> str:
        """Write the rule of :meth:`formula` as LaTeX."""
        return {
            "standard": r"k \cdot k \cdot C \cdot F",
            "grouped": r"k \cdot k \cdot \frac{C}{G} \cdot F",
            "depthwise": r"k \cdot k \cdot C",
            "separable": r"k \cdot k \cdot C + C \cdot F",
            "pointwise": r"C \cdot F",
        }[self.kind]

    def cost(self, kernel: int, channels: int, *, positions: int = 1) -> LayerCost:
        """Count the weights of a layer with as many filters as channels."""
        groups = self.groups if self.kind == "grouped" else 1
        return convolution_costs(kernel, channels, channels, groups=groups, positions=positions)[
            self.kind
        ]

    def sees(self, channels: int) -> NDArray[np.bool_]:
        """Tell which channel reaches which filter: (channels, filters) bool.

        >>> Connection("grouped", 2).sees(4).astype(int)
        array([[1, 1, 0, 0],
               [1, 1, 0, 0],
               [0, 0, 1, 1],
               [0, 0, 1, 1]])
        """
        groups = self.groups if self.kind in ("grouped", "depthwise") else 1
        group = np.arange(channels) // (channels // groups)
        return np.equal.outer(group, group)


def connections_for(channels: int) -> tuple[Connection, ...]:
    """List the ways from all connections to the fewest, for as many filters as channels.

    >>> [connection.key for connection in connections_for(8)]
    ['standard', 'grouped_2', 'grouped_4', 'depthwise', 'separable', 'pointwise']
    """
    channels = whole_number(channels, "channels")
    between = [groups for groups in range(2, channels) if channels % groups == 0]
    return (
        Connection("standard"),
        *(Connection("grouped", groups) for groups in between),
        Connection("depthwise", channels),
        Connection("separable"),
        Connection("pointwise"),
    )


def connected_weights(kernels: ArrayLike, connection: Connection) -> tuple[Floats, ...]:
    """Make a layer of this kind from a standard layer's kernels.

    - grouped: the same weights, without those that cross the groups.
    - depthwise: of every filter only the kernel on the channel of its own number.
    - separable: the depthwise and 1 x 1 weights whose product is nearest to the kernels (least
      squares; Eckart and Young 1936, channel by channel).
    - pointwise: each kernel's sum, which gives the same on areas without detail.

    Parameters
    ----------
    kernels : (rows, columns, channels, channels)

    Returns
    -------
    One array, (rows, columns, channels // groups, filters), in the layout of
    :func:`cnnviz.convolution.convolve`; for "depthwise" (rows, columns, channels, 1), and for
    "separable" that and (1, 1, channels, filters).

    Raises
    ------
    ValueError : channels that differ from filters, or that the groups do not divide.
    """
    weights = np.asarray(kernels, np.float32)
    if weights.ndim != 4 or weights.shape[2] != weights.shape[3]:
        raise ValueError(
            "The kernels must be (rows, columns, channels, channels). "
            f"Received: kernels.shape={weights.shape}."
        )
    rows, columns, channels, _ = weights.shape
    if channels % connection.groups:
        raise ValueError(
            "The groups must divide the channels evenly. "
            f"Received: groups={connection.groups}, channels={channels}."
        )
    if connection.kind == "depthwise":
        return (np.einsum("rkcc->rkc", weights)[..., None].copy(),)
    if connection.kind == "pointwise":
        return (weights.sum((0, 1), keepdims=True),)
    if connection.kind == "separable":
        # For each channel a matrix (taps, filters); its first singular pair is the nearest
        # product of one kernel and one weight per filter.
        matrices = weights.reshape(rows * columns, channels, channels).transpose(1, 0, 2)
        left, sizes, right = np.linalg.svd(matrices.astype(np.float64), full_matrices=False)
        root = np.sqrt(sizes[:, 0])
        depthwise = (left[:, :, 0] * root[:, None]).T.reshape(rows, columns, channels, 1)
        pointwise = (right[:, 0, :] * root[:, None])[None, None]
        return depthwise.astype(np.float32), pointwise.astype(np.float32)
    size = channels // connection.groups
    blocks = [
        weights[:, :, first : first + size, first : first + size]
        for first in range(0, channels, size)
    ]
    return (np.concatenate(blocks, axis=3),)


@dataclass(frozen=True, eq=False)
class ConnectedMaps:
    """What a layer of one kind gives, before its activation.

    depthwise : (height, width, channels) float32, the maps between the two steps of a separable
        layer; None for the others.
    maps : (height, width, filters) float32.
    """

    depthwise: Floats | None
    maps: Floats


def connected_maps(
    volume: ArrayLike,
    weights: tuple[Floats, ...],
    connection: Connection,
    *,
    bias: ArrayLike | None = None,
    padding: Padding = "same",
) -> ConnectedMaps:
    """Apply the weights of :func:`connected_weights` to a volume of maps.

    Parameters
    ----------
    volume : (height, width, channels)
    bias : (filters,)
    """
    if connection.kind == "separable":
        between = depthwise_convolve(volume, weights[0], padding=padding)
        return ConnectedMaps(between, convolve(between, weights[1], bias=bias))
    if connection.kind == "depthwise":
        return ConnectedMaps(
            None, depthwise_convolve(volume, weights[0], bias=bias, padding=padding)
        )
    groups = connection.groups if connection.kind == "grouped" else 1
    return ConnectedMaps(
        None, convolve(volume, weights[0], bias=bias, groups=groups, padding=padding)
    )


@dataclass(frozen=True, eq=False)
class ConnectedLayer:
    """One way to connect, with its weights, its maps and what is left of the standard layer's.

    weights : as :func:`connected_weights` gives them.
    depthwise, maps : as in :class:`ConnectedMaps`, before the activation.
    likeness : of the maps to the standard layer's, from -1 to 1.
    """

    connection: Connection
    weights: tuple[Floats, ...]
    depthwise: Floats | None
    maps: Floats
    likeness: float


def compare_connections(
    volume: ArrayLike,
    kernels: ArrayLike,
    *,
    bias: ArrayLike | None = None,
) -> tuple[ConnectedLayer, ...]:
    """Compute one layer in every way of :func:`connections_for`, the standard one first.

    Parameters
    ----------
    volume : (height, width, channels)
    kernels : (rows, columns, channels, channels), those of the standard layer.
    bias : (channels,)
    """
    layers: list[ConnectedLayer] = []
    for connection in connections_for(np.asarray(kernels).shape[2]):
        weights = connected_weights(kernels, connection)
        found = connected_maps(volume, weights, connection, bias=bias, padding="same")
        reference = layers[0].maps if layers else found.maps
        layers.append(
            ConnectedLayer(
                connection, weights, found.depthwise, found.maps, likeness(found.maps, reference)
            )
        )
    return tuple(layers)


def likeness(maps: ArrayLike, reference: ArrayLike) -> float:
    """Return how alike two stacks of maps are: Pearson's correlation, from -1 to 1.

    Maps without any variation are alike only where they are equal: 1, otherwise 0.

    >>> likeness([1.0, 2.0, 3.0], [10.0, 20.0, 30.0])
    1.0
    """
    first = np.ravel(np.asarray(maps, np.float64))
    second = np.ravel(np.asarray(reference, np.float64))
    first, second = first - first.mean(), second - second.mean()
    size = float(np.sqrt((first @ first) * (second @ second)))
    if size == 0.0:
        return 1.0 if np.array_equal(np.asarray(maps), np.asarray(reference)) else 0.0
    return float(np.clip((first @ second) / size, -1.0, 1.0))
