"""The stage of the page "Learn a kernel", and what stands around it."""

import streamlit as st

from pages.learning.components.run import Answers, Moment, Target, learning_run
from pages.learning.controls import choice, is_flat, redraw_if_asked, take_rate, take_seed
from pages.learning.lesson import arithmetic, reasons_and_experiments, take_away
from pages.learning.run import Run, take_progress
from pages.learning.state import KERNEL, KEY, LEARNING, STEP
from pages.ui.kernel import KernelMenu
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls


@st.fragment  # the next chapter of a run is fetched without drawing the menu again
def learn(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    redraw_if_asked()
    LEARNING.follow()
    menu = KernelMenu(LEARNING, KERNEL, KEY)
    stage, controls = stage_and_controls()
    with controls:
        chosen, titles = choice(picture, menu)
    try:
        run = Run(chosen)
    except ValueError as rule:
        stage.warning(str(rule), icon=":material/block:")
        reasons_and_experiments(picture, menu)
        return
    lacking = run.lacking()
    chapter, step = run.resting(lacking)
    moment = Moment(chapter, step, LEARNING[STEP])
    stability = run.stability(moment)
    kernel = menu.kernel
    with seen_first(stage):
        if is_flat(chosen.pixels):
            st.info("This picture is the same everywhere: there is nothing to learn from it.")
        learning_run(
            run.task,
            Target(chosen.pixels, picture.alt, titles, run.floor(), kernel.serial, kernel.tools()),
            moment,
            stability,
            Answers(take_progress, kernel.take_weights, kernel.take_edit, take_rate, take_seed),
            key=KEY,
            signature=run.signature,
            recorded=lacking,
        )
    arithmetic(run, moment, stability.bound)
    reasons_and_experiments(picture, menu)
    take_away(run, moment, titles)
