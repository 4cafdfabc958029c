"""Sparse connections and shared weights, drawn on a small grid."""

import streamlit as st

from cnnviz.layers.code import connections_code
from cnnviz.layers.connections import Lines, lines
from pages.layers.components.connections import connections_view
from pages.ui.picture import Picture
from pages.ui.stage import experiments, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

_KINDS = {
    "convolution": "Convolution",
    "unshared": "Without sharing",
    "dense": "Dense",
}


def sparse_and_shared(_picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        kind = st.segmented_control(
            "Layer",
            list(_KINDS),
            default="convolution",
            required=True,
            wrap=True,
            format_func=_KINDS.get,
            key="layer_kind",
            bind="query-params",
        )
        side = st.slider("Input side", 3, 8, 6, key="layer_grid", bind="query-params")
        most = min(5, side)
        kernel = min(
            st.slider("Kernel side", 1, most, 3, key="layer_window", bind="query-params"), most
        )
        stride = st.slider("Stride", 1, 3, 1, key="layer_stride", bind="query-params")
        padding = st.selectbox(
            "Padding", ("valid", "same"), key="layer_padding", bind="query-params"
        )
    geometry = {"stride": stride, "padding": padding}
    found = {name: lines(name, side, kernel, **geometry) for name in _KINDS}
    drawn = found[kind]
    with seen_first(stage):
        connections_view(
            key="connections_view",
            lines=drawn,
            kernel=(kernel, kernel),
            shared=kind == "convolution",
            counts=[
                ("Layer", "Connections", "Weights"),
                *(
                    (title, f"{found[name].input.size:,}", f"{found[name].weights:,}")
                    for name, title in _KINDS.items()
                ),
            ],
            current=list(_KINDS).index(kind),
            signature=f"{kind} {side} {kernel} {stride} {padding}",
        )
    _arithmetic(found, kernel)
    st.header("Why it matters", anchor=False)
    st.markdown(
        "Two savings, one after the other. *Sparse*: an output looks at its neighbourhood only, "
        "so most lines of the dense layer are gone. *Shared*: the lines that are left do not have "
        "a weight each, they take turns with the few of the kernel. A weight that is used "
        "everywhere also learns from everywhere: each place is one more example for it."
    )
    experiments(
        {
            "All lines of a dense layer": lambda: _try("dense", 6, 3),
            "Sparse, not shared": lambda: _try("unshared", 6, 3),
            "One by one": lambda: _try("convolution", 6, 1),
            "Corners count less": lambda: _try("convolution", 6, 3, padding="same"),
        }
    )
    take_it_with_you(
        [
            Download(
                "Connections as NPZ",
                "connections.npz",
                "application/octet-stream",
                lambda: npz(
                    input=drawn.input,
                    output=drawn.output,
                    weight=drawn.weight,
                    input_size=drawn.input_size,
                    output_size=drawn.output_size,
                ),
            )
        ],
        connections_code(side, kernel, **geometry),
    )


def _arithmetic(found: dict[str, Lines], kernel: int) -> None:
    dense, sparse = found["dense"], found["convolution"]
    inputs = dense.input_size[0] * dense.input_size[1]
    outputs = dense.output_size[0] * dense.output_size[1]
    st.header("From dense to convolution", anchor=False)
    st.latex(
        rf"\underbrace{{{inputs} \cdot {outputs} = {dense.weights}}}_{{\text{{dense}}}}"
        rf"\;\longrightarrow\; \underbrace{{{sparse.input.size}}}_{{\text{{sparse}}}}"
        rf"\;\longrightarrow\; \underbrace{{{kernel} \cdot {kernel} = {sparse.weights}}}"
        r"_{\text{shared}}"
    )
    missing = outputs * kernel * kernel - sparse.input.size
    st.caption(
        "Inputs times outputs; then only the lines within a window"
        + (f" ({missing} of them would start in the padding and are left out)" if missing else "")
        + "; then one weight for each place in the window, whatever the number of lines."
    )


def _try(kind: str, side: int, kernel: int, *, padding: str = "valid") -> None:
    st.session_state["layer_kind"] = kind
    st.session_state["layer_grid"] = side
    st.session_state["layer_window"] = kernel
    st.session_state["layer_stride"] = 1
    st.session_state["layer_padding"] = padding
