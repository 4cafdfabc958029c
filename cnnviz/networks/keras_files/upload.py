"""Open an uploaded `.keras` file: as data, never as code.

    upload = read_upload(data)
    upload.network.predict(image)
    upload.notes                # what the file asks for and does not get, for the user to see

The file is read, built and run once in a child process, which is all that a hostile one can harm.
Then the server builds it from the same checked description and the weights that the child sends
back; the HDF5 library and Keras's own loader never see the file in the server. Nothing is cached:
a network belongs to the session that uploaded it.
"""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from cnnviz.images.preprocessing import PREPROCESSINGS, Preprocessing
from cnnviz.limits import LIMITS, MEBIBYTE, Limits, raised_by
from cnnviz.networks.keras_files.building import build_network, in_own_thread, picture_shape
from cnnviz.networks.keras_files.graph import network_from_config
from cnnviz.networks.keras_files.weights import not_finite, stored_weights, weight_names
from cnnviz.networks.labels import imagenet_classes
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.network import Network
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.notation import shown
from cnnviz.server.sandbox import Allowance, SandboxError, Usage, loading, run_apart

_ANSWER_SECONDS = 6.0
_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
# The limit that an unpacked member's size follows from; no network has a large metadata.json.
_RAISED_BY = {_CONFIG: "model_layers", _WEIGHTS: "model_megabytes"}


@dataclass(frozen=True)
class Archive:
    """The three members of a `.keras` file."""

    config: Any
    keras_version: str
    weights: bytes


@dataclass(frozen=True)
class Upload:
    """An uploaded network, and what came up while it was read.

    Attributes
    ----------
    notes : sentences for the user: what the file asks for and does not get, how its end is read,
        weights that are no numbers.
    usage : what reading it cost the child process.
    any_size : whether the file leaves the input's height or width open.
    """

    network: Network
    notes: tuple[str, ...]
    usage: Usage
    any_size: bool = False


def read_upload(
    data: bytes,
    *,
    file_name: str = "",
    labels: Sequence[str] | None = None,
    preprocessing: Preprocessing | str | None = None,
    input_side: int | None = None,
    limits: Limits = LIMITS,
) -> Upload:
    """Read an uploaded network and say what is worth knowing about it.

    Parameters
    ----------
    data : the file's content.
    file_name : as uploaded; it only helps to recognise other formats.
    labels, preprocessing : see `Network.from_model`.
    input_side : height and width where the network leaves them open; 224 without.

    Raises
    ------
    NetworkError : the file cannot be read within the rules; one sentence names layer and rule.
    """
    settings = {"file_name": file_name, "input_side": input_side, "limits": asdict(limits)}
    # What is plain from the first bytes needs no child.
    _check_format(data, file_name, limits)
    try:
        reply = run_apart(rehearse, data, settings=settings, allowance=allowance_for(limits))
    except SandboxError as error:
        sentence = str(error)
        if error.cause in ("memory", "processor", "clock", "reply"):
            rule, _, received = sentence.partition(". Received:")
            sentence = f"{rule}; {raised_by('model_megabytes')}. Received:{received}"
        raise NetworkError(sentence) from error
    spec = network_from_config(read_archive(data, limits).config, limits)
    weights = {
        layer.name: [
            reply.arrays[key]
            for number in range(len(weight_names(layer)))
            if (key := f"{number} {layer.name}") in reply.arrays
        ]
        for layer in spec.layers
    }

    def open_network() -> tuple[Network, tuple[str, ...]]:
        built = build_network(spec, weights, side=input_side, limits=limits)
        network = Network.from_model(
            built.model,
            labels=labels,
            preprocessing=preprocessing,
            name=spec.name,
            models=spec.models,
        )
        return network, (*built.notes, *_notes_on_pixels(network))

    network, notes = in_own_thread(open_network)
    return Upload(
        network,
        (*notes, *map(str, reply.values["notes"])),
        reply.usage,
        None in spec.input_shape,
    )


def _notes_on_pixels(network: Network) -> Iterator[str]:
    """Say what a network was recognised as, and what follows from it."""
    if network.known is None:
        return
    scale = network.preprocessing
    title = network.known.title
    same = scale is PREPROCESSINGS[network.known.preprocessing]
    why = f"as {title} was trained" if same else "as its first layer asks for"
    yield f"Recognised as {title} of keras.applications. Pixels: {scale.name}, {why}."
    if network.labels == imagenet_classes():
        yield "Its 1,000 classes are named as ImageNet's."


def read_network(data: bytes, **options: Any) -> Network:
    """Read an uploaded network; takes the options of `read_upload`.

    Raises
    ------
    NetworkError : see `read_upload`.
    """
    return read_upload(data, **options).network


def allowance_for(limits: Limits) -> Allowance:
    """Give a child what the largest file that the limits allow may need."""
    usual = Allowance()
    extra = max(0.0, limits.model_megabytes - Limits().model_megabytes)
    numbers = 1e6 * max(0.0, limits.model_map_numbers - Limits().model_map_numbers)
    # It answers twice, and the first answer compiles.
    answers = 3 * (_answer_seconds(limits) - _ANSWER_SECONDS)
    return replace(
        usual,
        memory_bytes=usual.memory_bytes + int(12 * extra * MEBIBYTE + 8 * numbers),
        seconds=usual.seconds + extra + answers,
        processor_seconds=usual.processor_seconds + extra / 2 + answers,
        reply_bytes=4 * limits.model_weights + 16 * MEBIBYTE,
    )


def _answer_seconds(limits: Limits) -> float:
    share = limits.model_multiply_adds / Limits().model_multiply_adds
    return _ANSWER_SECONDS * max(1.0, share)


def rehearse(
    data: bytes, *, file_name: str, input_side: int | None, limits: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """Do in the child all that the server will do: read, build and run the network once.

    Returns
    -------
    Notes on what came out, and every layer's weights.

    Raises
    ------
    NetworkError : the file cannot be read within the rules.
    """
    allowed = Limits(**limits)
    _check_format(data, file_name, allowed)
    archive = read_archive(data, allowed)
    spec = network_from_config(archive.config, allowed)
    picture_shape(spec.input_shape, input_side, allowed)
    weights = stored_weights(archive.weights, spec, allowed)
    with loading():
        load_keras()
    notes = []
    try:
        built = build_network(spec, weights, side=input_side, limits=allowed)
        network = Network.from_model(built.model, name=spec.name)
        noise = np.random.default_rng(0).random(network.input_shape, dtype=np.float32)
        maps = network.feature_maps_of_input(noise)
        # Only the second time is the network's own: the first compiles it.
        started = time.process_time()
        maps = network.feature_maps_of_input(noise)
        seconds = time.process_time() - started
    except NetworkError:
        raise
    except Exception as error:
        if "OOM" in str(error) or "memory" in str(error):
            raise MemoryError from error
        raise NetworkError(
            "A network must answer a picture of the size that it asks for. "
            f"Received: {shown(spec.name)}, which fails at its first ({type(error).__name__})."
        ) from error
    most_seconds = _answer_seconds(allowed)
    if seconds > most_seconds:
        raise NetworkError(
            f"One answer may take {most_seconds:g} processor seconds; a smaller input takes fewer, "
            f"and {raised_by('model_multiply_adds')}. "
            f"Received: {shown(spec.name)}, which takes {seconds:.1f}."
        )
    if not (np.isfinite(maps[network.answer_layer]).all() or not_finite(weights)):
        first = next(name for name, values in maps.items() if not np.isfinite(values).all())
        notes.append(f"Its answer to noise is NaN or infinite, from {shown(first)} on.")
    arrays = {
        f"{number} {name}": array
        for name, layer_arrays in weights.items()
        for number, array in enumerate(layer_arrays)
    }
    return {"notes": notes}, arrays


# The archive.


def read_archive(data: bytes, limits: Limits = LIMITS) -> Archive:
    """Take a `.keras` file apart: a zip archive of exactly three members, of bounded sizes.

    Raises
    ------
    NetworkError : another archive, a member that is missing, unexpected, double, encrypted or too
        large, or content that is damaged.
    """
    most = {
        _CONFIG: 256 * 1024 + 16 * 1024 * limits.model_layers,
        _METADATA: 64 * 1024,
        # Deflating barely shrinks trained weights; an archive of zeros is no network.
        _WEIGHTS: 2 * limits.model_bytes,
    }
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members, most)
            content = {}
            for member in members:
                with archive.open(member) as stream:
                    content[member.filename] = stream.read(most[member.filename])
    except NetworkError:
        raise
    # zipfile and zlib raise these, and no others, for what is no archive or a damaged one.
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        EOFError,
        NotImplementedError,
        zlib.error,
    ) as error:
        raise NetworkError(
            "A .keras file must be a whole zip archive. "
            f"Received: {len(data):,} bytes that are damaged or cut off."
        ) from error
    metadata = _json(content[_METADATA], _METADATA)
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    if not (isinstance(version, str) and re.match(r"3\.", version)):
        raise NetworkError(
            "A network must be saved with Keras 3; "
            f"{_convert(_KERAS_2)}. "
            f"Received: Keras {shown(version)}."
        )
    return Archive(_json(content[_CONFIG], _CONFIG), version, content[_WEIGHTS])


def _check_members(members: Sequence[zipfile.ZipInfo], most: Mapping[str, int]) -> None:
    names = [member.filename for member in members]
    if sorted(names) != sorted(most):
        strange = sorted(set(names) - set(most)) or sorted(set(most) - set(names))
        detail = shown(strange[0]) if strange else f"{len(names)} members, some of one name"
        missing = "none of the name " if strange and strange[0] in most else ""
        raise NetworkError(
            f"A .keras file must hold {', '.join(most)} and nothing else. "
            f"Received: {missing}{detail}."
        )
    for member in members:
        if member.flag_bits & 0x1:
            raise NetworkError(f"A .keras file must not be encrypted. Received: {member.filename}.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NetworkError(
                "A .keras file must be stored or deflated. "
                f"Received: {member.filename}, packed in another way."
            )
        if member.file_size > most[member.filename]:
            limit = _RAISED_BY.get(member.filename)
            raised = f"; {raised_by(limit)}" if limit else ""
            raise NetworkError(
                f"{member.filename} may take {most[member.filename]:,} bytes unpacked{raised}. "
                f"Received: {member.file_size:,}."
            )


def _json(content: bytes, name: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        return json.loads(content.decode(), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise NetworkError(
            f"{name} must be JSON as Keras writes it. Received: something else."
        ) from error


# Other formats, recognised by their first bytes.


def _convert(line: str) -> str:
    return f"this line converts one: {line}"


_KERAS_2 = 'keras.models.load_model("model.keras").save("model.keras")'
_H5 = 'keras.models.load_model("model.h5").save("model.keras")'
_WEIGHTS_ALONE = (
    'model.load_weights("model.weights.h5"); model.save("model.keras") '
    "on the model, built by the program that built it before"
)
_SAVED_MODEL = (
    "import keras, tf_keras; "
    'tf_keras.models.load_model("folder").save("model.h5"); '
    'keras.models.load_model("model.h5").save("model.keras")'
)
_PICKLE = 'pickle.load(open("model.pkl", "rb")).save("model.keras")'
_ONNX = 'onnx2tf.convert("model.onnx", output_keras_v3=True)'
_TORCH = (
    'torch.onnx.export(model, image, "model.onnx"); '
    'onnx2tf.convert("model.onnx", output_keras_v3=True)'
)


def _other_format(data: bytes, file_name: str) -> tuple[str, str] | None:
    """Recognise a format that is not `.keras`; return what it is and how to convert it."""
    ending = file_name.lower().rpartition(".")[2]
    if data.startswith(b"\x89HDF\r\n\x1a\n"):
        # A whole network has its config beside its weights.
        has_weights = b"layer_names" in data or b"vars" in data
        alone = has_weights and b"model_config" not in data
        if alone or file_name.lower().endswith(".weights.h5"):
            return "an HDF5 file of weights alone", _WEIGHTS_ALONE
        return "an HDF5 file (.h5)", _H5
    if data.startswith(b"PK"):
        # By bytes, not by opening the archive: that is the child's work.
        if b"data.pkl" in data[:4096]:
            return "a PyTorch file", _TORCH
        return ("a SavedModel", _SAVED_MODEL) if b"saved_model.pb" in data else None
    if re.match(rb"\x80[\x02-\x05]", data):
        is_torch = ending in ("pt", "pth", "bin", "ckpt") or b"torch" in data[:4096]
        return ("a PyTorch file", _TORCH) if is_torch else ("a pickle", _PICKLE)
    if data[4:8] == b"TFL3":
        return "a TensorFlow Lite file", 'model.save("model.keras") on the model it was made from'
    if re.match(rb"\x08[\x01-\x20][\x12\x1a\x22\x3a\x42]", data) or ending == "onnx":
        return ("a SavedModel", _SAVED_MODEL) if ending == "pb" else ("an ONNX file", _ONNX)
    if ending == "pb":
        return "a SavedModel", _SAVED_MODEL
    return None


def _check_format(data: bytes, file_name: str, limits: Limits) -> None:
    other = _other_format(data, file_name)
    if other is not None:
        what, line = other
        raise NetworkError(f"A network must be a .keras file; {_convert(line)}. Received: {what}.")
    if not data.startswith(b"PK\x03\x04"):
        raise NetworkError(
            'A network must be a .keras file, as model.save("model.keras") writes it. '
            f"Received: {len(data):,} bytes of something else."
        )
    if len(data) > limits.model_bytes:
        raise NetworkError(
            f"A .keras file may take {limits.model_megabytes:g} MiB; without its optimizer, "
            'keras.Model(model.inputs, model.outputs).save("model.keras"), it takes a third, and '
            f"{raised_by('model_megabytes')}. Received: {len(data) / MEBIBYTE:,.1f} MiB."
        )
