"""The activation in hand: the same one in every part of the page."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.activations import ACTIVATIONS, Activation, Floats
from pages.activations.state import FUNCTION, OVERLAY, PAGE, PARAMETERS

_MOST = 4  # activations to compare with


@dataclass(frozen=True)
class ChosenActivation:
    """An activation with the parameters it is used with."""

    activation: Activation
    parameters: Mapping[str, float]

    @property
    def label(self) -> str:
        """What a legend calls it: its name, and the parameters that are not Keras's."""
        changed = [
            name if spec.is_switch else f"{name.replace('_', ' ')} {self.parameters[name]:g}"
            for name, spec in self.activation.parameters.items()
            if self.parameters[name] != spec.default
        ]
        return ", ".join([self.activation.label, *changed])

    def function(self, x: np.ndarray) -> Floats:
        """Apply it to every element of an array."""
        return self.activation.function(x, **self.parameters)


def chosen_activation() -> ChosenActivation:
    """Draw the menu of activations and a slider for each parameter of the one chosen."""
    key = PAGE.control(
        st.selectbox,
        FUNCTION,
        "Activation",
        help="The function that every number goes through by itself.",
    )
    activation = ACTIVATIONS[key]
    parameters: dict[str, float] = {}
    for name, spec in activation.parameters.items():
        title = f"{name.replace('_', ' ').capitalize()} ${spec.symbol}$"
        widget = st.toggle if spec.is_switch else st.slider
        parameters[name] = PAGE.control(widget, PARAMETERS[key][name], title)
    return ChosenActivation(activation, parameters)


def overlaid_activations(chosen: ChosenActivation) -> list[ChosenActivation]:
    """Draw the menu of activations to compare with; return them without the one in hand."""
    keys = PAGE.control(
        st.multiselect,
        OVERLAY,
        "Overlay",
        max_selections=_MOST,
        help=f"Up to {_MOST} others, each with the parameters that Keras gives it.",
    )
    return [
        ChosenActivation(
            ACTIVATIONS[key],
            {name: spec.default for name, spec in ACTIVATIONS[key].parameters.items()},
        )
        for key in keys[:_MOST]
        if key != chosen.activation.key
    ]
