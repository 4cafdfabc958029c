"""What the page Robustness remembers."""

from cnnviz.networks.robustness import CHANGES
from cnnviz.networks.robustness.sweep import STEPS
from pages.ui.entries import Choice, Entry, Open, Toggle, Whole, read_whole
from pages.ui.own_network import network_entry
from pages.ui.state import Table

_MOST = 9_999_999
NOBODY = -1


def _read_class(text: str) -> int:
    return read_whole(text, NOBODY, _MOST)


PART = Choice(
    "steady_part",
    {"move": "Move one change", "compare": "Compare networks", "attack": "Adversarial step"},
)
NETWORK = network_entry("steady_network")
CLASS = Entry("steady_class", NOBODY, _read_class, str)
"""The class that is followed; nobody's stands for the network's answer."""
CHANGE = Choice("steady_change", {key: one.title for key, one in CHANGES.items()}, "blur")
AT = Open(Whole("steady_at", 0, STEPS - 1, 0))
"""The stop of the sweep that is shown; open for the first at which the answer is another."""
METHOD = Choice("steady_attack", {"fgsm": "FGSM, one step", "pgd": "PGD, several steps"})
TURNS = Whole("steady_steps", 2, 40, 10)
"""How many steps PGD takes."""
EPSILON = Whole("steady_epsilon", 0, 32, 4)
"""By how many levels a pixel may be changed."""
TARGETED = Toggle("steady_targeted")
GOAL = Entry("steady_goal", NOBODY, _read_class, str)
"""The class that an attack is to make the answer; nobody's stands for the second in the answer."""
QUALITY = Whole("steady_quality", 5, 100, 75)
"""Of the JPEG file in which the attacked picture is saved."""
STEADY = Table(
    "steady",
    *(PART, NETWORK, CLASS, CHANGE, AT),
    *(METHOD, TURNS, EPSILON, TARGETED, GOAL, QUALITY),
)
