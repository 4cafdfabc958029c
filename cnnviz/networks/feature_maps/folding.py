"""The columns of an overview: a layer each, or the layers of a stage, folded into one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cnnviz.networks.layers import LayerInfo

FOLD_FROM = 26
"""Layers from which a network is folded by stages; fewer fit on a screen as they are."""


@dataclass(frozen=True)
class Fold:
    """Layers that share a column; the last one's maps stand for all.

    layers : in the order they run.
    sources : the columns that the first of them, or any other, reads from.
    folds : whether the layers of its stage can be folded together, or are.
    """

    layers: tuple[LayerInfo, ...]
    sources: tuple[int, ...]
    folds: bool

    @property
    def layer(self) -> LayerInfo:
        """The one that is shown."""
        return self.layers[-1]


def folded(layers: Sequence[LayerInfo], unfolded: Collection[int] = ()) -> list[Fold]:
    """Fold a network's layers by stage, the layers between two changes of the map's size.

    layers : all of a network, the input first.
    unfolded : stages whose layers have a column each. Small networks are never folded.
    """
    groups = _groups(layers, unfolded)
    column = {layer.name: at for at, (members, _) in enumerate(groups) for layer in members}
    found = []
    for at, (members, folds) in enumerate(groups):
        named = (column[name] for layer in members for name in layer.inputs if name in column)
        sources = tuple(dict.fromkeys(source for source in named if source != at))
        found.append(Fold(members, sources, folds))
    return found


def stage_of_hidden(columns: Sequence[Fold], name: str) -> int | None:
    """Find the stage that hides a layer; None where the layer is shown, or not there."""
    for column in columns:
        if column.layer.name != name and any(layer.name == name for layer in column.layers):
            return column.layer.stage
    return None


def _groups(
    layers: Sequence[LayerInfo], unfolded: Collection[int]
) -> list[tuple[tuple[LayerInfo, ...], bool]]:
    if len(layers) < FOLD_FROM:
        return [((layer,), False) for layer in layers]
    stages: dict[int, list[LayerInfo]] = {}
    for layer in layers[1:]:
        stages.setdefault(layer.stage, []).append(layer)
    groups: list[tuple[tuple[LayerInfo, ...], bool]] = [((layers[0],), False)]
    for stage, members in stages.items():
        if len(members) > 1 and stage not in unfolded:
            groups.append((tuple(members), True))
        else:
            groups += [((layer,), len(members) > 1) for layer in members]
    return groups
