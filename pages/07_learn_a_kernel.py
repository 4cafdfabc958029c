"""Learn a kernel: gradient descent finds it from the picture and its filtered version."""

import streamlit as st

from pages.learning.components.run import learning_run
from pages.learning.controls import (
    choice,
    is_flat,
    kernel_menu,
    redraw_if_asked,
    take_rate,
    take_seed,
)
from pages.learning.lesson import arithmetic, take_away, why_it_matters
from pages.learning.run import KEY, STEP, Run, take_progress
from pages.ui.frame import page_frame
from pages.ui.picture import Picture
from pages.ui.stage import seen_first


@st.fragment  # the next chapter of a run is fetched without drawing the menu again
def learn(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    redraw_if_asked()
    menu = kernel_menu()
    kernel = menu.kernel
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        chosen, titles = choice(picture, menu)
    try:
        run = Run(chosen)
    except ValueError as rule:
        stage.warning(str(rule), icon=":material/block:")
        return
    lacking = run.lacking()
    chapter, step = run.resting(lacking)
    stability = run.stability((chapter, step))
    with seen_first(stage):
        if is_flat(chosen.pixels):
            st.info("This picture is the same everywhere: there is nothing to learn from it.")
        learning_run(
            key=KEY,
            task=run.task,
            pixels=chosen.pixels,
            signature=run.signature,
            recorded=lacking,
            resting=(chapter, step),
            step=STEP.value(),
            stability=stability,
            floor=run.floor(),
            titles=titles,
            alt=picture.alt,
            serial=kernel.serial,
            tools=kernel.tools(),
            on_progress=take_progress,
            on_kernel=kernel.take_weights,
            on_edit=kernel.take_edit,
            on_rate=take_rate,
            on_reseed=take_seed,
        )
    arithmetic(run, chapter, step, stability.bound)
    why_it_matters(menu)
    take_away(run, chapter, step, titles)


learn(page_frame("pages/07_learn_a_kernel.py"))
