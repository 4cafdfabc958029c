"""The parts of the page Build a network, each with what follows from the stack in hand."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz.networks.building import Outline, Stack, outline
from pages.building import edits
from pages.building.components.stack import stack_stage
from pages.building.diagram import diagram
from pages.building.experiments import EXPERIMENTS
from pages.building.message import stage_message
from pages.building.program import program
from pages.building.running import drawn_maps, follow, seen_part
from pages.building.sources import sources
from pages.building.state import BUILD, CELL, LAYER, PART, SEED, STACK, layer_in_hand
from pages.building.takeaway import finish
from pages.building.walls import choose_layer, wall
from pages.ui.experiments import TryThis
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.stage import seen_first


def show_stack(picture: Picture) -> None:
    """Draw the layers, to be changed."""
    _shown(lambda stack, found: _stage(picture, stack, found))


def show_maps(picture: Picture) -> None:
    """Draw all maps of the layer in hand."""

    def draw(stack: Stack, found: Outline) -> None:
        choose_layer(stack)
        drawn = drawn_maps(picture, stack, found)
        if drawn.maps is None:
            st.info(drawn.note, icon=":material/info:")
        else:
            wall(stack, found, drawn.maps)
        follow(drawn)

    _shown(draw)


def show_diagram(_: Picture) -> None:
    """Draw the layers as volumes."""
    _shown(lambda _, found: diagram(found))


def show_code(_: Picture) -> None:
    """Draw the program, and the room for another."""
    _shown(lambda stack, _: program(stack))


def show_sources(_: Picture) -> None:
    """Draw what one may begin with."""
    _shown(lambda stack, _: sources(stack))


def _shown(draw: Callable[[Stack, Outline], None]) -> None:
    tries = TryThis(BUILD, EXPERIMENTS, free=(LAYER.name, CELL.name, SEED.name, PART.name))
    stack = BUILD[STACK]
    found = outline(stack)
    tries.saw(found)
    with seen_first(st.container()):
        draw(stack, found)
        if found.problem is not None and BUILD[PART] != "stack":
            st.warning(plain(str(found.problem)), icon=":material/warning:")
    finish(stack, found)


def _stage(picture: Picture, stack: Stack, found: Outline) -> None:
    drawn = drawn_maps(picture, stack, found)
    settings = {
        "layer": layer_in_hand(),
        "serial": edits.serial(),
        "tools": edits.tools(),
        "complaint": edits.complaint(),
        "note": drawn.note,
    }
    stack_stage(
        stage_message(stack, found, drawn.maps, seen_part(picture, stack), settings),
        key=edits.STAGE,
        edit=edits.take,
        tool=edits.take,
    )
    follow(drawn)
