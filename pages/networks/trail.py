"""Where one is in a network, and the numbers one came from to get here."""

import numpy as np
import streamlit as st

from cnnviz.networks import NetworkError
from cnnviz.networks.explanation.explain import Cell, Explanation, explain
from pages.networks.scene import Scene
from pages.networks.state import APART, PAGE, PLACE

_CELLS = "explanation_trail"
_ARCHITECTURE = "explanation_architecture"
# A path ends at the pixels, at the latest; layers that pass a number on are steps of their own.
_LONGEST = 400


class Trail:
    """The path from a first number down to the one in hand, the scene's focus.

    Each number went into the one before it. The path lives in the session; where it no longer
    fits the focus, which other views and the address can move, it begins anew.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._settle()

    @property
    def cells(self) -> list[Cell]:
        """The numbers, first to last; the last one is in hand."""
        return list(st.session_state[_CELLS])

    def _settle(self) -> None:
        network = self.scene.network
        architecture = (*(layer.name for layer in network.layers), network.class_count)
        before = st.session_state.get(_ARCHITECTURE)
        st.session_state[_ARCHITECTURE] = architecture
        place = PAGE[PLACE]
        # A class number means another class, or none, in another network.
        elsewhere = before not in (None, architecture)
        is_class = place is not None and place.layer == network.answer_layer
        if (elsewhere and is_class) or not self.scene.is_settled:
            self.begin(self.first())
        focus = self.scene.focus
        here = Cell(focus.layer, focus.row, focus.column, focus.channel)
        cells = st.session_state.get(_CELLS) or [here]
        fits = before in (None, architecture) and cells[-1] == here
        st.session_state[_CELLS] = cells if fits else [here]

    def first(self) -> Cell:
        """Name the number to begin with: the most probable class, or the middle of the answer."""
        network, maps = self.scene.network, self.scene.maps
        if network.has_classes:
            units = network.layer(network.answer_layer).channels
            best = network.predictions(maps, top=1)[0].index
            channel = min(best, units - 1)
            return Cell(
                network.answer_layer,
                *self.scene.strongest(network.answer_layer, channel),
                channel,
            )
        answer = network.layer(network.answer_layer)
        rows, columns = answer.output_shape[:2] if answer.is_map else (1, 1)
        return Cell(answer.name, rows // 2, columns // 2, 0)

    # ---- ways to go ---------------------------------------------------------------------

    def begin(self, cell: Cell) -> None:
        """Begin a new path at a number."""
        self._hold([cell])

    def move(self, cell: Cell) -> None:
        """Look at another number of the same layer; the path stays if it leads there too."""
        before = self.cells[:-1]
        self._hold([*before, cell] if before and self._feeds(cell, before[-1]) else [cell])

    def go_on(self, cell: Cell) -> None:
        """Go on to a number that went into the one in hand."""
        cells = self.cells
        self._hold([*cells, cell] if self._feeds(cell, cells[-1]) else [cell])

    def back_to(self, index: int) -> None:
        """Go back to a number of the path."""
        cells = self.cells
        self._hold(cells[: max(0, min(index, len(cells) - 1)) + 1])

    def descend(self) -> None:
        """Follow the strongest input of each number down to a pixel."""
        cells = self.cells
        while cells[-1].layer != "image" and len(cells) < _LONGEST:
            try:
                found = explained(self.scene, cells[-1])
            except NetworkError:
                break
            onward = strongest_input(found)
            if onward is None:
                break
            cells.append(onward)
        self._hold(cells)

    def _hold(self, cells: list[Cell]) -> None:
        here = cells[-1]
        self.scene.look_at(here.layer, here.channel, here.row, here.column)
        # A place outside has been moved to the nearest.
        focus = self.scene.focus
        here = Cell(focus.layer, focus.row, focus.column, focus.channel)
        st.session_state[_CELLS] = [*cells[:-1], here]

    def _feeds(self, cell: Cell, into: Cell) -> bool:
        try:
            terms = explained(self.scene, into).terms
        except NetworkError:
            return cell.layer in self.scene.network.layer(into.layer).inputs
        return any(
            part.layer == cell.layer
            and cell.row in part.rows
            and cell.column in part.columns
            and cell.channel in part.channels
            for part in terms
        )


def explained(scene: Scene, cell: Cell) -> Explanation:
    """Take a number apart as the address says: layers folded together, or one at a time.

    Raises
    ------
    NetworkError : the arithmetic of its layer is not known.
    """
    # A network of one's own may overflow; the result then says so.
    with np.errstate(all="ignore"):
        return explain(
            scene.network,
            scene.maps,
            cell.layer,
            cell.row,
            cell.column,
            cell.channel,
            fold=not PAGE[APART],
        )


def strongest_input(found: Explanation) -> Cell | None:
    """Name the input to go on to: the largest contribution, or the logit of this very class."""
    if found.way == "share":
        return found.cell._replace(layer=found.terms[0].layer)
    return found.references[0] if found.references else None
