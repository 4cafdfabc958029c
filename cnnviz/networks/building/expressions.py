"""The expressions of a pasted Keras program: numbers, layers, tensors and models.

What is read becomes values of our own; nothing of the program is looked up or run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnviz.networks.building.blocks import Block
from cnnviz.networks.building.constraints import CONSTRAINTS, Bound, Constraint, bound_of
from cnnviz.networks.building.kinds import MERGES, Input
from cnnviz.networks.building.layer import Call, Layer, a
from cnnviz.networks.building.options import (
    REQUIRED,
    Option,
    Penalty,
    Regularizer,
    as_received,
)
from cnnviz.networks.building.stack import KINDS
from cnnviz.networks.building.training_options import (
    INITIALIZER_NAMES,
    REGULARIZERS,
    penalty_of,
)
from cnnviz.notation import shown

_DEEPEST = 30
_MOST_CALLS = 400

# Keras's second names.
_SAME_LAYER = {
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "SeparableConvolution2D": "SeparableConv2D",
}
_OWN = {name: kind for name, kind in KINDS.items() if not issubclass(kind, Block | Input)}
_LAYERS: Mapping[str, type[Layer]] = {
    **_OWN,
    **MERGES,
    **{name: KINDS[same] for name, same in _SAME_LAYER.items()},
}
_INPUTS = ("Input", "InputLayer")
_MODELS = ("Sequential", "Model")
# TensorFlow's Keras is the same one, and its models are found at two places.
_SAME_MODULE = {"tensorflow.keras": "keras", "keras.models": "keras"}
_MODULES = (
    *("keras", "keras.layers", "keras.regularizers", "keras.initializers", "keras.constraints"),
    "tensorflow",
)


class ProgramError(ValueError):
    """A program that is not read; the message is one sentence for whoever pasted it.

    line : counted from 1; 0 where it is about the whole text.
    """

    def __init__(self, line: int, rule: str, received: str) -> None:
        where = f", in line {line}" if line else ""
        super().__init__(f"{rule} Received: {received}{where}.")
        self.line = line


@dataclass(frozen=True)
class Module:
    """Something of Keras, by its path: a module, a kind of layer, a kind of model."""

    path: str


@dataclass(frozen=True)
class Tensor:
    """What a call gives, by the call's name."""

    name: str


@dataclass(eq=False)
class Made:
    """A layer that has been made, and whether it has its place in a network."""

    layer: Layer
    line: int
    given: Input | None = None
    is_placed: bool = False


@dataclass(eq=False)
class Chain:
    """A `keras.Sequential`: its layers in order, and whether it is part of another network."""

    line: int
    given: Input | None = None
    layers: list[Made] = field(default_factory=list)
    is_placed: bool = False


@dataclass(eq=False)
class Graph:
    """A `keras.Model` from a tensor to a tensor."""

    line: int
    image: str
    output: str


@dataclass(frozen=True)
class Network:
    """The one network of a program, as a graph of calls.

    lines : of the calls, by their names.
    """

    image: str
    given: Input
    calls: tuple[Call, ...]
    output: str
    lines: Mapping[str, int]


class Scope:
    """The names of a program, and what has been made of its expressions so far."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {
            "keras": Module("keras"),
            "layers": Module("keras.layers"),
            "models": Module("keras"),
            "regularizers": Module("keras.regularizers"),
            "initializers": Module("keras.initializers"),
            "constraints": Module("keras.constraints"),
            "tf": Module("tensorflow"),
        }
        self._calls: list[Call] = []
        self._lines: dict[str, int] = {}
        self._inputs: dict[str, Input] = {}
        self._models: list[Chain | Graph] = []

    def network(self) -> Network:
        """Find the one network of the program.

        Raises
        ------
        ProgramError : there is none, or more than one.
        """
        models = [one for one in self._models if isinstance(one, Graph) or not one.is_placed]
        if len(models) != 1:
            raise ProgramError(
                models[1].line if models else 0,
                "A program must make one network, a Sequential or a Model.",
                "a second one" if models else "none",
            )
        model = models[0]
        if isinstance(model, Graph):
            given = self._inputs[model.image]
            return Network(model.image, given, tuple(self._calls), model.output, self._lines)
        if model.given is None:
            raise ProgramError(
                model.line,
                "A network must say what it is given, as keras.Input((32, 32, 3)) in front.",
                "a Sequential without Input",
            )
        calls, lines, at = [], {}, "image"
        for number, made in enumerate(model.layers):
            calls.append(Call(f"call {number}", made.layer, (at,)))
            at = calls[-1].name
            lines[at] = made.line
        return Network("image", model.given, tuple(calls), at, lines)

    def value(self, node: ast.expr, depth: int = 0) -> Any:
        """Make a value of an expression.

        Raises
        ------
        ProgramError : it is none of those that are known.
        """
        if depth > _DEEPEST:
            raise ProgramError(
                node.lineno,
                f"Expressions may stand {_DEEPEST} deep in each other.",
                "a deeper one",
            )
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None):
                return node.value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return [self.value(part, depth + 1) for part in parts]
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                number = _number(self.value(operand, depth + 1), node)
                return -number if isinstance(sign, ast.USub) else number
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _quotient(self.value(left, depth + 1), self.value(right, depth + 1), node)
            case ast.Call():
                return self._called(node, depth + 1)
            case ast.Name() | ast.Attribute():
                return self.resolved(node)
        raise ProgramError(
            node.lineno,
            "An expression must be a number, a text, a list of those, a layer, a tensor or a "
            "model.",
            _spelled(node),
        )

    def resolved(self, node: ast.expr) -> Any:
        """Look a name up among the program's own and Keras's: `layers.Conv2D`, `x`.

        Raises
        ------
        ProgramError : neither has it.
        """
        parts: list[str] = []
        at = node
        while isinstance(at, ast.Attribute):
            parts.append(at.attr)
            at = at.value
        if not isinstance(at, ast.Name):
            raise ProgramError(node.lineno, "Only Keras's own names have parts.", _spelled(node))
        found: Any = self.names.get(at.id, None if at.id in self.names else _bare(at.id))
        for part in reversed(parts):
            found = part_of_keras(found.path, part) if isinstance(found, Module) else None
        if found is None and not (at.id in self.names and not parts):
            name = ".".join([at.id, *reversed(parts)])
            raise ProgramError(
                node.lineno,
                "A name must be one that the program has given, or a layer or model of Keras that "
                "cnnviz knows.",
                shown(name),
            )
        return found

    def append(self, model: Chain, node: ast.expr, depth: int = 0) -> None:
        """Put a layer, an input or the layers of another Sequential at the end of a Sequential.

        Raises
        ------
        ProgramError : it is none of those, or has its place already.
        """
        value = self.value(node, depth)
        if model.is_placed or value is model:
            raise ProgramError(
                node.lineno, "A Sequential is complete once it is part of another network.", "add"
            )
        if isinstance(value, Tensor) and value.name in self._inputs:
            given: Input | None = self._inputs[value.name]
            layers: list[Made] = []
        elif isinstance(value, Made | Chain):
            given, layers = value.given, self._taken(value, node)
        else:
            raise ProgramError(node.lineno, "A Sequential is made of layers.", _spelled(node))
        if given is not None and (model.layers or model.given):
            raise ProgramError(node.lineno, "A network has one input, in front.", "a second one")
        model.given = model.given or given
        model.layers += layers

    def _taken(self, value: Made | Chain, node: ast.expr) -> list[Made]:
        """Give a layer, or the layers of a Sequential, their one place."""
        if value.is_placed:
            raise ProgramError(
                node.lineno, "A layer may be used once in a network.", _spelled(node)
            )
        value.is_placed = True
        return [value] if isinstance(value, Made) else value.layers

    def _called(self, node: ast.Call, depth: int) -> Any:
        """Read a call: of a kind of layer or model, which makes one; or of one, on tensors."""
        called = (
            self._called(node.func, depth + 1)
            if isinstance(node.func, ast.Call) and depth <= _DEEPEST
            else self.resolved(node.func)
        )
        if isinstance(called, Made | Chain):
            return self._applied(called, node, depth)
        if isinstance(called, Module):
            module, _, name = called.path.rpartition(".")
            if name in _INPUTS and module:
                return self._input(name, node, depth)
            if name == "Sequential" and module == "keras":
                return self._sequential(node, depth)
            if name == "Model" and module == "keras":
                return self._model(node, depth)
            if name in _LAYERS and module == "keras.layers":
                return self._layer(_LAYERS[name], node, depth)
            if module == "keras.regularizers":
                return self._described(REGULARIZERS, penalty_of, name, node, depth)
            if module == "keras.constraints":
                return self._described(CONSTRAINTS, bound_of, name, node, depth)
            if module == "keras.initializers":
                return self._initializer(name, node, depth)
        raise ProgramError(
            node.lineno,
            "Only Keras's layers, models, regularisers, constraints and initialisers may be "
            "called.",
            _spelled(node.func),
        )

    def _described(
        self,
        known: Mapping[str, Sequence[str]],
        make: Callable[[str, Mapping[str, Any]], Any],
        name: str,
        node: ast.Call,
        depth: int,
    ) -> Any:
        """Read a regulariser or a constraint."""
        given = self._arguments(node, known[name], depth)
        return _refusing(node, lambda: make(name, given))

    def _initializer(self, name: str, node: ast.Call, depth: int) -> str:
        """Read one that draws as Keras does by default, which its name says."""
        given = self._arguments(node, [], depth)
        for argument, value in given.items():
            if argument != "seed" or not _WITHOUT_EFFECT["seed"](value):
                raise ProgramError(
                    node.lineno,
                    "An initialiser is read with Keras's own arguments, and a seed.",
                    f"{shown(argument)}={_said(value)}",
                )
        return INITIALIZER_NAMES[name]

    def _arguments(self, node: ast.Call, positional: Sequence[str], depth: int) -> dict[str, Any]:
        """Read a call's arguments by their names."""
        if len(node.args) > len(positional) or any(
            isinstance(one, ast.Starred) for one in node.args
        ):
            raise ProgramError(
                node.lineno,
                f"A {_spelled(node.func)} takes these arguments without their names: "
                f"{', '.join(positional) or 'none'}.",
                "more",
            )
        given: dict[str, Any] = {}
        named = [(name, one) for name, one in zip(positional, node.args, strict=False)]
        for name, one in [*named, *((word.arg, word.value) for word in node.keywords)]:
            if name is None or name in given:
                raise ProgramError(
                    node.lineno,
                    "Each argument is given once, by its own name.",
                    shown(name) if name else "** arguments",
                )
            given[name] = self.value(one, depth + 1)
        if not isinstance(given.pop("name", ""), str | None):
            raise ProgramError(node.lineno, "A name must be a text.", "another name")
        return given

    def _layer(self, kind: type[Layer], node: ast.Call, depth: int) -> Made:
        options = kind.options()
        given = self._arguments(node, list(options)[: kind.positional], depth)
        shape = given.pop("input_shape", None)
        for name, value in list(given.items()):
            if name in _WITHOUT_EFFECT and _WITHOUT_EFFECT[name](value):
                del given[name]
            elif name not in options:
                raise ProgramError(
                    node.lineno,
                    f"Of {a(kind)} these arguments are read: {', '.join(options) or 'none'}.",
                    f"{shown(name)}={_said(value)}",
                )
            elif type(value) in _WORDS and not _is_option(value, options[name]):
                raise ProgramError(
                    node.lineno,
                    "An argument of a layer must be a number, a text or a list of those.",
                    f"{name}={_said(value)}",
                )
        if given.get("activation", "") is None:
            given["activation"] = "linear"
        missing = [
            name
            for name, option in options.items()
            if option.default is REQUIRED and name not in given
        ]
        if missing:
            raise ProgramError(
                node.lineno, f"{a(kind, 'A')} needs {', '.join(missing)}.", kind.kind()
            )
        layer: Layer = _refusing(node, lambda: kind(**given))
        return Made(layer, node.lineno, None if shape is None else _input_of(shape, node))

    def _input(self, name: str, node: ast.Call, depth: int) -> Tensor:
        given = self._arguments(node, ["shape"], depth)
        shape = given.pop("shape", None) or given.pop("input_shape", None)
        if given:
            raise ProgramError(
                node.lineno, f"Of an {name} its shape is read.", shown(next(iter(given)))
            )
        # A tensor of its own for each: which of them is the network's shows later.
        tensor = Tensor(f"input {len(self._inputs)}")
        self._inputs[tensor.name] = _input_of(shape, node)
        self._lines[tensor.name] = node.lineno
        return tensor

    def _sequential(self, node: ast.Call, depth: int) -> Chain:
        if len(node.args) > 1 or any(word.arg not in ("layers", "name") for word in node.keywords):
            raise ProgramError(
                node.lineno, "A Sequential takes a list of layers and a name.", "something else"
            )
        parts = [*node.args, *(word.value for word in node.keywords if word.arg == "layers")]
        model = Chain(node.lineno)
        for part in parts:
            if not isinstance(part, ast.List | ast.Tuple):
                raise ProgramError(
                    node.lineno, "A Sequential takes a list of layers.", _spelled(part)
                )
            for element in part.elts:
                self.append(model, element, depth + 1)
        self._models.append(model)
        return model

    def _model(self, node: ast.Call, depth: int) -> Graph:
        given = self._arguments(node, ["inputs", "outputs"], depth)
        ends = []
        for name in ("inputs", "outputs"):
            value = given.pop(name, None)
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if not isinstance(value, Tensor):
                raise ProgramError(
                    node.lineno, f"A Model needs one tensor as its {name}.", _said(value)
                )
            ends.append(value.name)
        if given or ends[0] not in self._inputs:
            raise ProgramError(
                node.lineno, "A Model goes from its Input to its output.", "something else"
            )
        model = Graph(node.lineno, *ends)
        self._models.append(model)
        return model

    def _applied(self, called: Made | Chain, node: ast.Call, depth: int) -> Tensor:
        """Call a layer, or each layer of a Sequential, on one tensor or a list of them."""
        if len(node.args) != 1 or node.keywords:
            raise ProgramError(
                node.lineno, "A layer is called on one tensor, or a list of them.", "more"
            )
        value = self.value(node.args[0], depth + 1)
        tensors = value if isinstance(value, list) else [value]
        layers = self._taken(called, node)
        merges = bool(layers) and layers[0].layer.kind() in MERGES
        if not all(isinstance(tensor, Tensor) for tensor in tensors) or merges != (
            isinstance(value, list) and len(value) > 1
        ):
            raise ProgramError(
                node.lineno,
                "A layer is called on one tensor, an Add or Concatenate on a list of several.",
                _spelled(node.args[0]),
            )
        if called.given is not None and self._inputs.get(tensors[0].name) != called.given:
            raise ProgramError(node.lineno, "A network has one input, in front.", "a second one")
        at = tuple(tensor.name for tensor in tensors)
        for made in layers:
            if len(self._calls) >= _MOST_CALLS:
                raise ProgramError(node.lineno, f"A program may call {_MOST_CALLS} layers.", "more")
            name = f"call {len(self._calls)}"
            self._calls.append(Call(name, made.layer, at))
            self._lines[name] = node.lineno
            at = (name,)
        return Tensor(at[0])


def _is_option(value: Any, option: Option) -> bool:
    """Whether something made by a call is what that option takes."""
    return (isinstance(value, Penalty) and isinstance(option, Regularizer)) or (
        isinstance(value, Bound) and isinstance(option, Constraint)
    )


def _bare(name: str) -> Module | None:
    """Take a name that the program uses and imports nowhere for Keras's, as fragments have it."""
    if name in _LAYERS or name in _INPUTS:
        return Module(f"keras.layers.{name}")
    return Module(f"keras.{name}") if name in _MODELS else None


def part_of_keras(path: str, name: str) -> Module | None:
    """Find a part of Keras by its name; None where it is none that is known.

    >>> part_of_keras("tensorflow", "keras"), part_of_keras("keras", "ops")
    (Module(path='keras'), None)
    """
    whole = _SAME_MODULE.get(f"{path}.{name}", f"{path}.{name}")
    if whole in _MODULES:
        return Module(whole)
    known = (
        (path == "keras.layers" and (name in _LAYERS or name in _INPUTS))
        or (path == "keras" and (name in _MODELS or name == "Input"))
        or (path == "keras.regularizers" and name in REGULARIZERS)
        or (path == "keras.constraints" and name in CONSTRAINTS)
        or (path == "keras.initializers" and name in INITIALIZER_NAMES)
    )
    return Module(whole) if known else None


def _number(value: Any, node: ast.expr) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ProgramError(node.lineno, "A sign stands before a number.", _spelled(node))


def _quotient(left: Any, right: Any, node: ast.expr) -> float:
    try:
        return float(_number(left, node) / _number(right, node))
    except (ZeroDivisionError, OverflowError):
        raise ProgramError(node.lineno, "A quotient must be a number.", "one that is not") from None


def _input_of(shape: Any, node: ast.expr) -> Input:
    if not isinstance(shape, list) or len(shape) != 3:
        raise ProgramError(
            node.lineno,
            "An input's shape must be (height, width, channels).",
            _said(shape),
        )
    given: Input = _refusing(node, lambda: Input(*shape))
    return given


def _refusing(node: ast.expr, make: Callable[[], Any]) -> Any:
    """Make a layer, and say of what breaks its rules in which line that stands."""
    try:
        return make()
    except ValueError as error:
        rule, _, received = str(error).partition(" Received: ")
        raise ProgramError(node.lineno, rule, received.rstrip(".")) from None


_WITHOUT_EFFECT = {
    "data_format": lambda value: value in (None, "channels_last"),
    "dtype": lambda value: value in (None, "float32"),
    "seed": lambda value: value is None or isinstance(value, int),
}


_WORDS: Mapping[type, str] = {
    Module: "a part of Keras",
    Tensor: "a tensor",
    Made: "a layer",
    Chain: "a model",
    Graph: "a model",
    Penalty: "a regulariser",
    Bound: "a constraint",
}

_EXPRESSIONS: Mapping[type[ast.expr], str] = {
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.Lambda: "a lambda",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.List: "a list",
    ast.Tuple: "a list",
    ast.JoinedStr: "an f-string",
    ast.BinOp: "arithmetic",
    ast.UnaryOp: "a sign",
    ast.BoolOp: "a condition",
    ast.IfExp: "a condition",
    ast.Compare: "a comparison",
    ast.Attribute: "a part of something else",
    ast.Subscript: "an index",
    ast.NamedExpr: "an assignment inside",
    ast.Starred: "a star",
    ast.Call: "a call",
}


def _said(value: Any) -> str:
    return _WORDS.get(type(value)) or as_received(value)


def _spelled(node: ast.expr) -> str:
    """Name an expression for a sentence, by its name where it has one."""
    parts: list[str] = []
    at = node
    while isinstance(at, ast.Attribute):
        parts.append(at.attr)
        at = at.value
    if isinstance(at, ast.Name):
        return shown(".".join([at.id, *reversed(parts)]))
    if isinstance(node, ast.Constant):
        return as_received(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        return _spelled(node.func)
    return _EXPRESSIONS.get(type(node), type(node).__name__)
