"""Read a pasted Keras program as data: Sequential or functional code of known layers.

The text is parsed (`ast`) and walked; nothing in it is imported, looked up or run. What may stand
in it is listed here; everything else is refused by its line and name.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from cnnviz.networks.building.expressions import (
    Chain,
    Graph,
    Made,
    Module,
    ProgramError,
    Scope,
    Tensor,
    part_of_keras,
)
from cnnviz.networks.building.recognising import NoStackError, stack_of
from cnnviz.networks.building.stack import Stack
from cnnviz.notation import shown

LONGEST_PROGRAM = 20_000
"""Letters of a program; nothing longer is looked at."""
_DEEPEST = 30

# What may be imported, and what is meant by it. TensorFlow's Keras is the same one.
_MODULES: Mapping[str, str] = {
    "keras": "keras",
    "keras.layers": "keras.layers",
    "keras.models": "keras",
    "keras.regularizers": "keras.regularizers",
    "keras.initializers": "keras.initializers",
    "keras.constraints": "keras.constraints",
    "tensorflow": "tensorflow",
    "tensorflow.keras": "keras",
    "tensorflow.keras.layers": "keras.layers",
    "tensorflow.keras.models": "keras",
    "tensorflow.keras.regularizers": "keras.regularizers",
    "tensorflow.keras.initializers": "keras.initializers",
    "tensorflow.keras.constraints": "keras.constraints",
}
# What people do with a model beside making it; its arguments are not looked at.
_PASSED_OVER = frozenset({"summary", "compile", "build"})


def read_program(text: str) -> Stack:
    """Read the stack that a program makes.

    Parameters
    ----------
    text : Python. It may import Keras, give names to numbers, layers, tensors and models, and call
        `keras.Sequential`, `keras.Model` and the layers of a stack.

    Returns
    -------
    The stack of the one network in it. Names of layers are not kept; whether the layers fit
    together is not asked here.

    Raises
    ------
    ProgramError : the program has anything else in it; the message names line and word.

    >>> [layer.kind() for layer in read_program(
    ...     "from keras import layers\\n"
    ...     "model = keras.Sequential([layers.Input((8, 8, 1)), layers.Flatten()])"
    ... ).layers]
    ['Input', 'Flatten']
    """
    tree = _parsed(text)
    scope = Scope()
    for statement in tree.body:
        _read_statement(statement, scope)
    network = scope.network()
    try:
        return stack_of(network.image, network.given, network.calls, network.output)
    except NoStackError as error:
        kinds = {call.name: call.layer.kind() for call in network.calls}
        word = kinds.get(error.name, "an Input")
        raise ProgramError(network.lines.get(error.name, 0), str(error), word) from None
    except ValueError as error:
        rule, _, received = str(error).partition(" Received: ")
        raise ProgramError(0, rule, received.rstrip(".")) from None


def _parsed(text: str) -> ast.Module:
    if len(text) > LONGEST_PROGRAM:
        raise ProgramError(
            0, f"A program may have {LONGEST_PROGRAM:,} letters.", f"{len(text):,} letters"
        )
    depth = deepest = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise ProgramError(
            0, f"Brackets may stand {_DEEPEST} deep in each other.", f"{deepest} deep"
        )
    try:
        return ast.parse(text)
    except SyntaxError as error:
        lines = text.splitlines()
        line = error.lineno or 0
        known = 0 < line <= len(lines)
        word = shown(lines[line - 1].strip(), 40) if known else "a text that cannot be parsed"
        raise ProgramError(line, "The program must be Python.", word) from None
    # Null bytes and half signs; chains of signs, dots and operators that are nested without end.
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProgramError(
            0,
            "The program must be Python.",
            f"a text that cannot be parsed ({type(error).__name__})",
        ) from None


_STATEMENTS = {
    ast.FunctionDef: "a function",
    ast.AsyncFunctionDef: "a function",
    ast.ClassDef: "a class",
    ast.For: "a loop",
    ast.While: "a loop",
    ast.If: "a condition",
    ast.With: "a with block",
    ast.Try: "a try block",
    ast.Delete: "del",
    ast.Global: "global",
    ast.Raise: "raise",
    ast.Return: "return",
    ast.Assert: "assert",
    ast.Match: "a match block",
    ast.AugAssign: "an augmented assignment",
    ast.AnnAssign: "an annotated assignment",
    ast.Assign: "an assignment to something else",
    ast.ImportFrom: "a relative import",
    ast.Expr: "an expression",
}


def _read_statement(statement: ast.stmt, scope: Scope) -> None:
    match statement:
        case ast.Import(names=names):
            for name in names:
                _import(statement, name.name, name.asname, scope)
        case ast.ImportFrom(module=module, names=names, level=0):
            for name in names:
                _import_from(statement, module or "", name.name, name.asname or name.name, scope)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            scope.names[name] = scope.value(value)
        case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
            pass
        case ast.Expr(value=ast.Call() as call):
            _read_call(call, scope)
        case _:
            word = _STATEMENTS.get(type(statement), type(statement).__name__)
            raise ProgramError(
                statement.lineno,
                "A program is read line by line: imports of Keras, assignments to one name, and "
                "calls of its models and layers.",
                word,
            )


def _import(statement: ast.stmt, module: str, alias: str | None, scope: Scope) -> None:
    if module not in _MODULES:
        raise _foreign(statement, f"import {module}")
    if alias is not None:
        scope.names[alias] = Module(_MODULES[module])
    else:
        root = module.partition(".")[0]
        scope.names[root] = Module(root)  # as Python does: the name is that of the outermost


def _import_from(statement: ast.stmt, module: str, name: str, alias: str, scope: Scope) -> None:
    found = part_of_keras(module, name) if module in ("keras", "tensorflow") else None
    if found is None and module in _MODULES:
        found = part_of_keras(_MODULES[module], name)
    if found is None:
        raise _foreign(statement, f"from {module} import {name}")
    scope.names[alias] = found


def _foreign(statement: ast.stmt, word: str) -> ProgramError:
    return ProgramError(
        statement.lineno,
        "Only Keras, its layers, models, regularisers, constraints and initialisers may be "
        "imported.",
        shown(word),
    )


def _read_call(call: ast.Call, scope: Scope) -> None:
    """Read a call whose value nobody takes: `model.add(...)`, or what only looks at a model."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=name), attr=method) if isinstance(
            scope.names.get(name), Chain | Graph
        ):
            model = scope.names[name]
            if method in _PASSED_OVER:
                return
            if method == "add" and isinstance(model, Chain):
                if len(call.args) != 1 or call.keywords:
                    raise ProgramError(call.lineno, "A model's add takes one layer.", "add")
                scope.append(model, call.args[0])
                return
            raise ProgramError(
                call.lineno,
                "Of a model only add, summary, compile and build are read.",
                shown(f"{name}.{method}"),
            )
    value = scope.value(call)
    if not isinstance(value, Chain | Graph | Tensor | Made):
        raise ProgramError(call.lineno, "A call must make a layer or a model.", "a call")
