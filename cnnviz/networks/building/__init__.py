"""Networks that people design: a stack of layers, what each gives and costs, and its program.

stack = Stack((Input(28, 28, 1), Conv2D(8, (3, 3)), Flatten(), Dense(10, "softmax")))
describe(stack)[1].output_shape             # (26, 26, 8), and weights, costs, receptive field
outline(stack.moved(2, 1)).problem.mends    # what is wrong with another order, and ways out
stack_code(stack), format_stack(stack)      # a Keras program, a text for an address
read_program(code) == stack                 # parsed, never run
build_model(stack)                          # the Keras model; only this needs TensorFlow
"""

from cnnviz.networks.building.address import format_stack, parse_stack
from cnnviz.networks.building.code import stack_code
from cnnviz.networks.building.expressions import ProgramError
from cnnviz.networks.building.model import build_model
from cnnviz.networks.building.opened import stack_of_network
from cnnviz.networks.building.presets import PRESETS, Preset, adapted
from cnnviz.networks.building.reading import read_program
from cnnviz.networks.building.stack import KINDS, Stack
from cnnviz.networks.building.table import ImpossibleStack, Mend, Outline, Row, describe, outline

__all__ = [
    "KINDS",
    "PRESETS",
    "ImpossibleStack",
    "Mend",
    "Outline",
    "Preset",
    "ProgramError",
    "Row",
    "Stack",
    "adapted",
    "build_model",
    "describe",
    "format_stack",
    "outline",
    "parse_stack",
    "read_program",
    "stack_code",
    "stack_of_network",
]
