"""One layer: all its maps as a wall, how healthy they are, its kernels, and one map in hand."""

import contextlib
from collections.abc import Mapping

import streamlit as st

from pages.networks.look import hold_look, look
from pages.networks.scene import Scene
from pages.networks.state import OFF, PAGE, PIN, checked_off
from pages.networks.wall import can_be_off, wall_message
from pages.ui.components.registration import register
from pages.ui.edits import sent_parts

_mount = register("networks/layer")
_KEY = "layer_wall"
_CHOICE = "layer_choice"
_OPENED = "layer_opened"


def show(scene: Scene) -> None:
    """Draw it."""
    scene.settle()
    choose_layer(scene)
    opened = _opened(scene)
    _mount(
        key=_KEY,
        data=wall_message(
            scene,
            opened,
            with_effect=look().sort == "effect",
            pin=PAGE[PIN],
            off=_off(scene),
        ),
        on_place_change=lambda: _take_place(scene),
        on_look_change=lambda: _take_look(scene),
        on_pin_change=lambda: _take_pin(scene),
        on_off_change=lambda: _take_off(scene),
        on_open_change=lambda: _explain(scene),
        on_step_change=lambda: _step(scene, sent_parts(_KEY, "step").get("by")),
    )


def choose_layer(scene: Scene) -> None:
    """Draw the choice of a layer: a menu between the one before and the one after."""
    names = [layer.name for layer in scene.network.layers]
    at = names.index(scene.focus.layer)
    number = _choice_number(scene)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            key="layer_previous",
            disabled=at == 0,
            on_click=_step,
            args=(scene, -1),
        )
        st.selectbox(
            "Layer",
            names,
            index=at,
            format_func=lambda name: _title(scene, name),
            key=f"{_CHOICE}_{number}",
            on_change=lambda: _choose(scene, number),
            label_visibility="collapsed",
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            key="layer_next",
            disabled=at == len(names) - 1,
            on_click=_step,
            args=(scene, 1),
        )


def _choice_number(scene: Scene) -> int:
    """Count the times that the layer was changed elsewhere: each makes another menu.

    What a menu shows is sent with whatever the browser says next, and until it has drawn the new
    layer that is the one before: taken for a choice, it would lead back.
    """
    number, layer = st.session_state.get(_CHOICE, (0, scene.focus.layer))
    if layer != scene.focus.layer:
        number += 1
    st.session_state[_CHOICE] = (number, scene.focus.layer)
    return int(number)


def _choose(scene: Scene, number: int) -> None:
    if number != _choice_number(scene):
        return  # a menu that is gone: what it showed is no choice
    _go_to(scene, st.session_state[f"{_CHOICE}_{number}"])
    st.session_state[_CHOICE] = (number, scene.focus.layer)


def _title(scene: Scene, name: str) -> str:
    if not scene.has_layer(name):
        return name
    layer = scene.network.layer(name)
    shape = " \u00d7 ".join(map(str, layer.output_shape))
    return f"{name} \u00b7 {layer.kind}, {shape}"


def _opened(scene: Scene) -> Mapping[str, object]:
    """Say what the browser is to look at; it need not be told what it chose by itself."""
    now = (scene.focus, look())
    held = st.session_state.get(_OPENED)
    mounted = bool(sent_parts(_KEY, "place") or sent_parts(_KEY, "look"))
    if held is None or held["now"] != now or (held["own"] and not mounted):
        number = 1 if held is None else held["number"] + 1
        held = {"now": now, "told": now, "number": number, "own": False}
        st.session_state[_OPENED] = held
    focus, told = held["told"]
    return {
        "opened": held["number"],
        "place": {"channel": focus.channel, "row": focus.row, "column": focus.column},
        "look": vars(told),
    }


def _by_itself(scene: Scene) -> None:
    """Note that the browser shows already what has just been taken over from it."""
    if held := st.session_state.get(_OPENED):
        st.session_state[_OPENED] = held | {"now": (scene.focus, look()), "own": True}


def _take_place(scene: Scene) -> None:
    if _look_at(scene, sent_parts(_KEY, "place")):
        _by_itself(scene)


def _look_at(scene: Scene, sent: Mapping[str, object]) -> bool:
    # A place on the wall of another layer came too late.
    if sent.get("layer") != scene.focus.layer or not (place := scene.place_in(sent)):
        return False
    scene.look_at(place.layer, place.channel, place.row, place.column)
    return True


def _take_look(scene: Scene) -> None:
    hold_look(look().changed_by(sent_parts(_KEY, "look")))
    _by_itself(scene)


def _take_pin(scene: Scene) -> None:
    pin = sent_parts(_KEY, "pin")
    layer, channel = pin.get("layer"), pin.get("channel")
    held = scene.has_layer(layer) and isinstance(channel, int)
    with contextlib.suppress(ValueError):  # no layer has so many channels
        PAGE.write(pin=(layer, channel) if held else None)


def _off(scene: Scene) -> tuple[int, ...]:
    """Give the channels of the layer in focus that are switched off."""
    layer, channels = PAGE[OFF] or ("", ())
    if layer != scene.focus.layer or not can_be_off(scene, layer):
        return ()
    count = scene.network.layer(layer).channels
    return tuple(channel for channel in channels if channel < count)


def _take_off(scene: Scene) -> None:
    off = sent_parts(_KEY, "off")
    layer, channels = scene.focus.layer, off.get("channels")
    # What was pressed on the wall of another layer came too late.
    if off.get("layer") == layer and isinstance(channels, list):
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            PAGE.write(off=(layer, checked_off(map(int, channels))))


def _explain(scene: Scene) -> None:
    sent = sent_parts(_KEY, "open")
    if scene.place_in(sent) is not None:
        _look_at(scene, sent)
        PAGE.write(view="Explain")


def _step(scene: Scene, by: object) -> None:
    names = [layer.name for layer in scene.network.layers]
    if by in (-1, 1):
        at = names.index(scene.focus.layer) + (1 if by == 1 else -1)
        _go_to(scene, names[min(max(at, 0), len(names) - 1)])


def _go_to(scene: Scene, name: object) -> None:
    """Look at another layer: at the same channel, at about the same place of the picture.

    What the browser names need not be one of the network's.
    """
    if not scene.has_layer(name):
        return
    focus, name = scene.focus, str(name)
    before = _sides(scene, focus.layer)
    after = _sides(scene, name)
    row, column = (
        place * new // old
        for place, new, old in zip((focus.row, focus.column), after, before, strict=True)
    )
    if before == (1, 1) != after:
        row, column = after[0] // 2, after[1] // 2
    scene.look_at(name, focus.channel, row, column)


def _sides(scene: Scene, name: str) -> tuple[int, int]:
    layer = scene.network.layer(name)
    if not layer.is_map:
        return 1, 1
    rows, columns = layer.output_shape[:2]
    return rows, columns
