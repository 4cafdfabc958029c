"""The stage of the page "Learn a kernel", and what stands around it."""

import streamlit as st

from pages.learning.components.run import Answers, Moment, Target, learning_run
from pages.learning.controls import choice, is_flat, take_rate, take_seed
from pages.learning.experiments import learning_experiments
from pages.learning.lesson import arithmetic, reasons, take_away
from pages.learning.run import Run, take_progress
from pages.learning.state import KERNEL, KEY, LEARNING, STEP, WHY
from pages.ui.experiments import TryThis
from pages.ui.kernel import KernelMenu
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls


@st.fragment  # the next chapter of a run is fetched without drawing the menu again
def learn(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    LEARNING.follow()
    menu = KernelMenu(LEARNING, KERNEL, KEY)
    tries = TryThis(
        LEARNING,
        learning_experiments(picture),
        free=(STEP.name,),
        before=menu.kernel.remember,
    )
    stage, controls = stage_and_controls()
    with controls:
        chosen, titles = choice(picture, menu)
    try:
        run = Run(chosen)
    except ValueError as rule:
        stage.warning(str(rule), icon=":material/block:")
        reasons()
        return
    lacking = run.lacking()
    chapter, step = run.resting(lacking)
    moment = Moment(chapter, step, LEARNING[STEP])
    stability = run.stability(moment, is_shown=LEARNING[WHY])
    kernel = menu.kernel
    tries.saw((run, moment))
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
    reasons()
    take_away(run, moment, titles)
