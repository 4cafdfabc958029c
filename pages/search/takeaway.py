"""The end of the page: why it matters, downloads, the Keras code and the credits."""

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.networks.code import has_code
from cnnviz.search.downloads import contact_sheet, results_csv, search_code
from pages.search.scene import SearchScene, open_indexed, qualities
from pages.ui.markdown import plain
from pages.ui.network_files import network_files
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you

CREDITS = "credits_are_open"
"""The session's key of whether the credits are unfolded."""


def finish(scene: SearchScene) -> None:
    """Draw it."""
    why_it_matters(_how_well(scene))
    st.markdown(
        "The search does not use the labels. In a trained network, early layers mostly find "
        "pictures of similar colours and textures, late ones pictures of similar things. That is "
        "why its vectors serve to search, to sort and to recognise what it was never trained for."
    )
    take_it_with_you(_downloads(scene), _code(scene))
    _credits(scene)


def _how_well(scene: SearchScene) -> str:
    names = scene.indexed.labels
    shared = sum(names.count(label) > 1 for label in names if label)
    measured = qualities(scene)
    if not shared:
        return "These pictures have no labels: whether a match is right is for you to say."
    here = measured[scene.layer].nearest
    best = max(measured, key=lambda name: measured[name].nearest)
    return (
        f"At {plain(scene.layer)}, the nearest neighbour of **{100 * here:.1f}%** of the "
        f"{shared:,} pictures whose label another one shares has that same label. "
        f"The best layer is {plain(best)} with {100 * measured[best].nearest:.1f}%."
    )


def _downloads(scene: SearchScene) -> list[Download]:
    indexed = scene.indexed
    downloads = [
        Download(
            "Results as CSV",
            "results.csv",
            lambda: results_csv(scene.matches, indexed.names, indexed.credits),
        ),
        Download("Contact sheet as PNG", "contact_sheet.png", lambda: _sheet(scene)),
        Download("Embeddings as NPZ", "embeddings.npz", lambda: embeddings(scene)),
        picture_download("Query as PNG", "query.png", lambda: scene.part),
    ]
    if has_code(scene.network, scene.layer) and not scene.indexed.private:
        downloads += network_files(scene.network, own=False)
    return downloads


def embeddings(scene: SearchScene) -> bytes:
    """Pack the vectors of all pictures at the layer in hand, their names and labels."""
    return npz(
        vectors=scene.indexed.index.vectors[scene.layer],
        names=np.array(scene.indexed.names),
        labels=np.array(scene.indexed.labels),
        query=np.asarray(scene.vectors[scene.layer]),
        itself=np.array([] if scene.place is None else [scene.place], np.int64),
        layer=np.array(scene.layer),
    )


def _sheet(scene: SearchScene) -> bytes:
    captions = [f"Query: {scene.title}"]
    for rank, match in enumerate(scene.matches, start=1):
        title = scene.indexed.titles[match.index]
        captions.append(f"{rank}. {match.score:.2f} {title}")
    pictures = [open_indexed(scene, match.index) for match in scene.matches]
    return images.encode_png(contact_sheet(scene.part, pictures, captions))


def _code(scene: SearchScene) -> str:
    if not has_code(scene.network, scene.layer):
        return ""
    return search_code(
        scene.network,
        scene.layer,
        scene.metric,
        count=len(scene.matches),
        is_centred=scene.index.is_centred,
    )


def _credits(scene: SearchScene) -> None:
    indexed = scene.indexed
    if not any(indexed.credits):
        return
    # A table costs the server more than all else of an answer's end, so it is sent when it is open.
    with st.expander(
        "Credits of the photos",
        icon=":material/copyright:",
        key=CREDITS,
        on_change="rerun",
    ) as expander:
        if not expander.open:
            return
        shown = [scene.place] if scene.place is not None else []
        shown += [match.index for match in scene.matches]
        order = list(dict.fromkeys([*shown, *range(len(indexed.names))]))
        st.dataframe(
            {
                "Photo": [indexed.titles[at] for at in order],
                "Credit": [indexed.credits[at] for at in order],
            },
            hide_index=True,
        )
