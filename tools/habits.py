"""What visitors do on the pages, for the load test: one thing after the other, as people would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from tools.visitor import Answer, Visitor

Habit = Callable[[Visitor, Random], Awaitable[Answer]]
_serials = count(1)


@dataclass(frozen=True)
class Place:
    """A page, what is named in its address, and what people do there."""

    page: str
    query: str
    habit: Habit


async def move_a_slider(one: Visitor, chance: Random) -> Answer:
    """Set one of the page's sliders to anywhere in its range."""
    sliders: list[str | None] = [*one.of_kind("slider")]
    stage = next((name for name in one.elements if name.endswith("-convolution")), None)
    if stage is not None:  # its sliders are in the stage
        sliders += [None] * 3
    if not sliders:
        raise LookupError("This page has no slider.")
    widget = chance.choice(sliders)
    if widget is None:
        assert stage is not None
        name, least, most = chance.choice(
            [("stride", 1, 8), ("dilation", 1, 8), ("bias", -255, 255)]
        )
        values = {name: chance.randint(least, most)}
        return await one.tell(stage, "slides", {"values": values, "serial": next(_serials)})
    slider = one.elements[widget].drawn
    if slider.options:
        return await one.set(widget, chance.choice(list(slider.options)))
    steps = round((slider.max - slider.min) / slider.step)
    return await one.set(widget, slider.min + slider.step * chance.randint(0, steps))


async def look_into_a_network(one: Visitor, chance: Random) -> Answer:
    """Go to a layer, point at a map, switch maps off, take another view or network."""
    if one.waiting:
        return await one.go_on(next(iter(one.waiting)))
    wish = chance.random()
    if wish < 0.12:
        return await _choose(one, chance, "network", _NETWORKS)
    layers = next((name for name in one.elements if "-layer_choice_" in name), None)
    if wish < 0.3 or layers is None:
        return await _choose(
            one, chance, "view", ("Overview", "Layer", "Layer", "Explain", "Answer")
        )
    if wish < 0.6:
        return await one.set(layers, chance.choice(list(one.elements[layers].drawn.options)))
    layer = one.elements[layers].drawn.raw_value.split(" ")[0]
    wall = one.named("layer_wall")
    if wish < 0.8:
        channels = sorted(chance.sample(range(16), chance.randint(1, 6)))
        return await one.trigger(wall, "off", {"layer": layer, "channels": channels})
    place = {"channel": chance.randrange(16), "row": chance.randrange(7), "column": 0}
    return await one.tell(wall, "place", {"layer": layer, **place})


async def search_for_pictures(one: Visitor, chance: Random) -> Answer:
    """Ask for another picture, layer, metric or network, for a region, or look at a match."""
    if one.waiting:
        return await one.go_on(next(iter(one.waiting)))
    wish = chance.random()
    if wish < 0.08:
        return await _choose(one, chance, "search_network", _NETWORKS)
    if wish < 0.18:
        metrics = one.elements[one.named("search_metric")].drawn.options
        return await _choose(one, chance, "search_metric", tuple(metrics))
    if wish < 0.4:
        return await _choose(
            one, chance, "layer", tuple(one.elements[one.named("layer")].drawn.options)
        )
    kind, value = "query", chance.randrange(_PHOTOS)  # type: tuple[str, object]
    if wish > 0.85:
        top, left = chance.randrange(500), chance.randrange(500)
        kind, value = "region", [top, left, top + 400, left + 400]
    elif wish > 0.7:
        kind, value = "match", chance.randrange(_PHOTOS)
    asked = {"kind": kind, "value": value, "serial": next(_serials)}
    return await one.trigger(one.named("search_stage"), "ask", asked)


async def _choose(one: Visitor, chance: Random, key: str, options: tuple[str, ...]) -> Answer:
    return await one.set(one.named(key), chance.choice(options))


_PHOTOS = 133
_NETWORKS = ("EfficientNet-Lite0", "Small VGG", "Tutorial network")

LEARN = (Place("learn_a_kernel", "", move_a_slider),)
BLOCKS = (
    *(
        Place(page, query, move_a_slider)
        for page, query in (
            ("convolution", ""),
            ("padding_and_stride", ""),
            ("channels", ""),
            ("channels", "channels_part=Several+filters+at+once"),
            ("pooling", ""),
            ("pooling", "pool_part=Shift+test"),
            ("activations", ""),
            ("activations", "act_part=On+your+picture"),
            ("activations", "act_part=Vanishing+gradients"),
            ("activations", "act_part=Dead+ReLUs"),
            ("activations", "act_part=Softmax"),
            ("layers", ""),
            ("layers", "layer_part=Dense"),
            ("layers", "layer_part=Dropout"),
            ("layers", "layer_part=Why+not+dense%3F"),
            ("layers", "layer_part=Sparse+and+shared"),
        )
    ),
    *LEARN * 3,
)
"""Every building-block page and part; as many learn a kernel as use a page of several parts."""
NETWORKS = (
    *(
        Place("network", f"network={name.replace(' ', '+')}&view={view}", look_into_a_network)
        for name in _NETWORKS
        for view in ("Overview", "Layer")
    ),
    *(
        Place("search", f"search_network={name.replace(' ', '+')}", search_for_pictures)
        for name in _NETWORKS
        for _ in range(2)
    ),
)
"""Network and Search, with each of the three networks that are shipped."""
BARE = (Place("", "", move_a_slider),)
