"""What is to be trained: a network made to fit its data, and how.

plan = planned(stack, open_data("digits"), Settings())
plan.stack, plan.changes        # what was changed so that it fits, in sentences
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from cnnviz.limits import LIMITS, raised_by
from cnnviz.networks.building import Stack, adapted, describe, format_stack, outline
from cnnviz.networks.building.kinds import Activation, Dense, Softmax
from cnnviz.networks.building.options import Penalty
from cnnviz.networks.training.data import DataSet
from cnnviz.networks.training.settings import AUGMENTATIONS, Settings
from cnnviz.notation import written_count


@dataclass(frozen=True, eq=False)
class Plan:
    """One training before it begins.

    Attributes
    ----------
    stack : the network as it is trained, without what changes its pictures.
    changes : sentences: what was changed so that it fits its data.
    watched : position of the picture whose maps are told.
    label : tells it from others in a chart.
    """

    stack: Stack
    data: DataSet
    settings: Settings
    changes: tuple[str, ...]
    watched: int
    label: str = ""

    @property
    def is_regularised(self) -> bool:
        """Whether its loss has a part that its weights or a layer's outputs make."""
        return any(
            isinstance(value, Penalty)
            for layer in self.stack.layers
            for value in layer.arguments().values()
        )

    def request(self) -> tuple[dict[str, Any], Mapping[str, NDArray[Any]]]:
        """Give what `cnnviz.networks.training.fitting.train` is asked with."""
        data, used = self.data, self.data.first(self.settings.examples)
        values = {"stack": format_stack(self.stack), "settings": self.settings.as_json()}
        return values, {
            "x": data.images[used],
            "y": data.labels[used],
            "validation_x": data.images[data.validation],
            "validation_y": data.labels[data.validation],
            "watched": data.images[self.watched],
        }


def planned(
    stack: Stack, data: DataSet, settings: Settings, *, watched_class: int = 0, label: str = ""
) -> Plan:
    """Make a network fit its data, and check that it can be trained here.

    watched_class : whose first picture held out is the one that is watched.

    Raises
    ------
    ValueError : no change makes it fit, or training it would take too much.
    """
    fitting, changes = fitted(stack, data)
    settings = replace(settings, examples=min(settings.examples, len(data.training)))
    rows = describe(fitting)
    weights = sum(row.weights for row in rows)
    if weights > LIMITS.model_weights:
        raise ValueError(
            f"A network that is trained here may have {LIMITS.model_parameters:g} million weights; "
            f"{raised_by('model_parameters')}. Received: {written_count(weights)}."
        )
    if not weights:
        raise ValueError("A network learns by its weights. Received: a stack without any.")
    multiplications = sum(row.multiply_adds for row in rows)
    if multiplications > LIMITS.training_multiply_adds * 1e6:
        raise ValueError(
            f"One picture may take {LIMITS.training_multiply_adds:g} million multiplications; "
            f"{raised_by('training_multiply_adds')}. Received: {written_count(multiplications)}."
        )
    describe(settings.augmented(fitting))
    watched = next(
        (int(at) for at in data.validation if data.labels[at] == watched_class),
        int(data.validation[0]),
    )
    return Plan(fitting, data, settings, changes, watched, label)


def fitted(stack: Stack, data: DataSet) -> tuple[Stack, tuple[str, ...]]:
    """Give a network the input and the classes of a data set; say what that changed.

    Raises
    ------
    ValueError : it cannot be, and why.
    """
    classes = len(data.class_names)
    changes = []
    before = stack
    stack = adapted(stack, data.shape, classes)
    if before.input.shape != stack.input.shape:
        changes.append(
            f"its input is {_sides(stack.input.shape)} instead of {_sides(before.input.shape)}"
        )
    units = _last_units(before)
    if units is not None and units != classes:
        changes.append(f"its last dense layer has {classes} units instead of {units}")
    if (added := len(stack.layers) - len(before.layers)) > 0:
        changes.append(f"{added} layer{'s were' if added > 1 else ' was'} put in so that all fits")
    elif added < 0:
        changes.append(f"{-added} layer{'s were' if added < -1 else ' was'} left out")
    elif kinds_differ(before, stack):
        changes.append("layers that no longer fitted were changed")
    if not _ends_in_probabilities(stack):
        stack = stack.inserted(len(stack.layers), Softmax())
        changes.append("a softmax follows its last layer")
    found = outline(stack)
    if found.problem is not None:
        raise ValueError(str(found.problem))
    shape = found.rows[-1].output_shape
    if shape != (classes,):
        raise ValueError(
            f"A network must end in one number for each of the {classes} classes, as a dense layer "
            f"gives. Received: an output of {_sides(shape)}."
        )
    return stack, tuple(changes)


def kinds_differ(one: Stack, other: Stack) -> bool:
    """Whether two stacks of one length differ in more than their input and last dense layer."""
    plain = [
        [replace(layer, units=1) if isinstance(layer, Dense) else layer for layer in stack.layers]
        for stack in (one, other)
    ]
    return plain[0][1:] != plain[1][1:]


def changes_sentence(plan: Plan) -> str:
    """Say what was changed for the data and for training."""
    said = list(plan.changes)
    layers = AUGMENTATIONS[plan.settings.augmentation][1]
    if layers:
        kinds = ", ".join(f"`{layer.kind()}`" for layer in layers)
        said.append(f"while it is trained, {kinds} stand in front of it")
    if not said:
        return f"The network fits {plan.data.title} as it is."
    return f"To fit {plan.data.title}: {'; '.join(said)}."


def _ends_in_probabilities(stack: Stack) -> bool:
    last = stack.layers[-1]
    return isinstance(last, Softmax) or (
        isinstance(last, Activation | Dense) and last.activation == "softmax"
    )


def _last_units(stack: Stack) -> int | None:
    dense = [layer.units for layer in stack.layers if isinstance(layer, Dense)]
    return dense[-1] if dense else None


def _sides(shape: tuple[int, ...]) -> str:
    return " \u00d7 ".join(map(str, shape))
