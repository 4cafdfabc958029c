"""The one place that imports TensorFlow and Keras.

The building-block pages start without TensorFlow; everything that runs a network comes through
`load_keras` or `load_tensorflow`, so the process is set up once and in one way.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_lock = threading.RLock()
_loaded: dict[str, Any] = {}


def _keep_session() -> None:
    """Stand in for `keras.backend.clear_session`.

    Streamlit calls that function after every rerun of every user. It throws away compiled
    functions, collects all garbage with the interpreter locked, and races with other users'
    model building. The app's models live in bounded caches, so nothing needs clearing.
    """


def processor_count() -> int:
    """Count the processor cores this process may use.

    >>> processor_count() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep native code from writing to the terminal.

    TensorFlow's C++ greets with lines that no log level reaches, because its logging is set up
    after them. What Python raises comes through as ever.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no terminal at all
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


# Where Keras looks for what it offers to users of scikit-learn.
_WRAPPERS = "keras.src.wrappers.sklearn_wrapper"
_WRAPPER_NAMES = ("SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer")


@contextmanager
def _without_sklearn() -> Iterator[None]:
    """Import Keras without scikit-learn, for which it takes 1.4 s and which nothing here uses.

    What Keras offers to those who do (`keras.wrappers`) is imported when they first ask for it.
    """
    if _WRAPPERS in sys.modules:
        yield
        return
    stand_in = ModuleType(_WRAPPERS)
    for name in _WRAPPER_NAMES:
        setattr(stand_in, name, None)
    sys.modules[_WRAPPERS] = stand_in
    try:
        yield
    finally:
        del sys.modules[_WRAPPERS]
    for public in ("keras.wrappers", "keras._tf_keras.keras.wrappers"):
        if module := sys.modules.get(public):
            for name in _WRAPPER_NAMES:
                vars(module).pop(name, None)
            vars(module)["__getattr__"] = _wrapper


def _wrapper(name: str) -> Any:
    if name not in _WRAPPER_NAMES:
        raise AttributeError(f"keras.wrappers has no such name. Received: {name}.")
    return getattr(importlib.import_module(_WRAPPERS), name)


@contextmanager
def uncollected() -> Iterator[None]:
    """Make objects that stay, without looking through them all for garbage every few thousand."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load() -> None:
    with _lock:
        if "keras" in _loaded:
            return
        os.environ["KERAS_BACKEND"] = "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        # Laptops with a graphics card would otherwise hand all its memory to one small network.
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
        already_imported = "tensorflow" in sys.modules
        with warnings.catch_warnings(), _silenced(), _without_sklearn(), uncollected():
            warnings.simplefilter("ignore")
            try:
                import keras
                import tensorflow
            except ModuleNotFoundError as error:
                raise ModuleNotFoundError(
                    "Networks run on TensorFlow and Keras, which come with "
                    f'`pip install "cnnviz[networks]"`. Received: {error}.',
                    name=error.name,
                ) from error
        if not already_imported:
            cores = processor_count()
            tensorflow.config.threading.set_intra_op_parallelism_threads(cores)
            # Independent branches of one network rarely pay for more than two threads.
            tensorflow.config.threading.set_inter_op_parallelism_threads(min(cores, 2))
        # Somebody's ~/.keras/keras.json may say otherwise.
        keras.config.set_image_data_format("channels_last")
        keras.config.set_floatx("float32")
        keras.backend.clear_session = _keep_session
        keras.utils.clear_session = _keep_session
        _loaded["tensorflow"] = tensorflow
        _loaded["keras"] = keras
        gc.freeze()


def load_keras() -> Any:
    """Import Keras on the TensorFlow backend, quietly and on the processor; return the module.

    The first call takes about three seconds, later ones nothing. Safe to call from any thread.
    """
    _load()
    return _loaded["keras"]


def load_tensorflow() -> Any:
    """Import TensorFlow, quietly and on the processor; return the module (see `load_keras`)."""
    _load()
    return _loaded["tensorflow"]


@contextmanager
def variables_of_one_name() -> Iterator[None]:
    """Make a network's weights, by one name for TensorFlow; layers keep theirs for Keras.

    TensorFlow keeps what makes a variable for each name and shape, for good and 35 kB each: the
    networks of many visitors would fill the memory. To make it takes half of a variable's time.
    It holds in this thread alone.
    """

    def made(make: Callable[..., Any], **how: Any) -> Any:
        # A name that ends so stands alone, and not behind the layer's.
        return make(**{**how, "name": "variable/"})

    with load_tensorflow().variable_creator_scope(made):
        yield


def freeze_garbage() -> None:
    """Take everything alive now out of the garbage collector's rounds.

    Python looks through all that lives whenever a quarter of it is new. TensorFlow, Keras and a
    built network are some 600,000 objects that live as long as the process: looking at each of
    them again costs about 300 ms with the interpreter locked. Call this after building a network;
    where somebody waits for it, `gc.freeze()` will do until then.
    See docs/decisions/garbage-collector.md.
    """
    # First back in: what was frozen with the others and is no longer used goes now.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
