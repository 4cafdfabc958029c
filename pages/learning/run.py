"""The run in hand: its task, the chapters recorded so far, and where it rests."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnnviz.learning.curvature import Curvature, curvature, largest_stable_learning_rate
from cnnviz.learning.descent import start_learning
from cnnviz.learning.formulas import diverged_sentence
from cnnviz.learning.replay import (
    Chapter,
    SteepestWeight,
    cautious_learning_rate,
    chapter_lengths,
    directions,
    noise_floor,
    record_chapter,
    steepest_weight,
)
from cnnviz.learning.task import LearningTask, learning_task
from pages.learning.components.run import Moment, Recorded, Stability
from pages.learning.state import (
    BATCH,
    KERNEL,
    KEY,
    LEARNING,
    MOMENTUM,
    MOST_STEPS,
    NOISE,
    PATCH,
    RATE,
    SEED,
    STEP,
)

# Several kernels have no one curvature: what is stable at the start need not stay so. These are
# rates that seldom diverge or kill a ReLU on the photos here, by momentum.
_CAUTIOUS_IN_SEQUENCE = {0.0: 0.02, 0.5: 0.02, 0.9: 0.01, 0.99: 0.003}


@dataclass(frozen=True, eq=False)
class Choice:
    """What the controls say.

    Attributes
    ----------
    identity : changes whenever a pixel of the picture does.
    pixels : (height, width) uint8
    targets, sizes : the kernels that make the target, and the sizes of those to learn.
    rate : the learning rate, or None for a cautious one.
    """

    identity: str
    pixels: np.ndarray
    targets: tuple[np.ndarray, ...]
    sizes: tuple[tuple[int, int], ...]
    rate: float | None
    momentum: float
    batch: int | None
    patch: int
    noise: float
    seed: int

    @property
    def patches_key(self) -> str:
        """Change with whatever the curvature of a single kernel's loss depends on."""
        goals = [kernel.shape for kernel in self.targets]
        return f"{self.identity} {goals} {self.sizes} {self.batch} {self.patch} {self.momentum}"

    def signature(self, rate: float) -> str:
        """Change with whatever the run depends on."""
        digest = hashlib.sha256()
        for kernel in self.targets:
            digest.update(np.ascontiguousarray(kernel).tobytes())
        told = (self.patches_key, rate, self.noise, self.seed)
        digest.update(repr(told).encode())
        return digest.hexdigest()[:16]

    def task(self, rate: float = 0.0) -> LearningTask:
        """Prepare the run at a learning rate."""
        return learning_task(
            self.pixels,
            self.targets,
            kernel_sizes=self.sizes,
            learning_rate=rate,
            momentum=self.momentum,
            batch=self.batch,
            patch_side=self.patch,
            noise=self.noise,
            seed=self.seed,
        )


class Run:
    """A run, recorded as far as somebody has looked.

    Raises
    ------
    ValueError : the picture is too small for these kernels.
    """

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self.unpaced = choice.task()
        self.rate = choice.rate if choice.rate is not None else self.cautious_rate
        self.signature = choice.signature(self.rate)
        self.task = replace(self.unpaced, learning_rate=self.rate)
        self.lengths = chapter_lengths(self.task, most=MOST_STEPS)

    @property
    def is_single(self) -> bool:
        """Whether one kernel is learned."""
        return len(self.choice.sizes) == 1

    @property
    def curvature(self) -> Curvature:
        """How steep the loss is in all directions.

        Raises
        ------
        ValueError : there are several kernels; their loss has no one curvature.
        """
        return _curvature(self.choice.patches_key, self.unpaced)

    @property
    def steepest(self) -> float:
        """The largest eigenvalue of a single kernel's loss."""
        return float(self.curvature.eigenvalues[-1])

    @property
    def flattest(self) -> float:
        """The smallest eigenvalue of a single kernel's loss; rounding may leave it below 0."""
        return max(0.0, float(self.curvature.eigenvalues[0]))

    @property
    def cautious_rate(self) -> float:
        """The learning rate where nobody chooses one."""
        momentum = self.choice.momentum
        if not self.is_single:
            return _CAUTIOUS_IN_SEQUENCE[momentum]
        return cautious_learning_rate(self.largest_stable_rate, momentum=momentum)

    @property
    def largest_stable_rate(self) -> float:
        """The learning rate above which a single kernel's run diverges on this picture."""
        return self.curvature.largest_stable_learning_rate

    def chapter(self, number: int) -> Chapter:
        """Give a chapter, recorded if it has not been yet."""
        return _chapter(self.signature, number, self)

    def recorded(self, number: int) -> Recorded | None:
        """Give a chapter for the browser; None where the run ends before it."""
        if number >= len(self.lengths):
            return None
        before = self.chapter(number - 1) if number else None
        if before and before.end.diverged:
            return None
        chapter = self.chapter(number)
        ended = chapter.end.diverged or number == len(self.lengths) - 1
        return Recorded(number, chapter, ended)

    def lacking(self) -> Recorded | None:
        """Give what the browser asks for, or the first chapter where it has none of this run."""
        progress = _progress()
        if progress.get("signature") != self.signature:
            return self.recorded(0)
        have = _whole(progress.get("have"))
        if have == 0 or progress.get("want"):
            return self.recorded(have)
        return None

    def resting(self, lacking: Recorded | None) -> tuple[Chapter, int]:
        """Give the chapter and the step at which the run stands, as far as it is recorded."""
        known = _whole(_progress().get("have"))
        same = _progress().get("signature") == self.signature
        last = lacking.number if lacking else (known - 1 if same else 0)
        step = LEARNING[STEP]
        for number in range(min(last, len(self.lengths) - 1) + 1):
            chapter = self.chapter(number)
            if step <= chapter.last or chapter.end.diverged:
                break
        return chapter, min(step, chapter.last)

    def stability(self, moment: Moment, *, is_shown: bool) -> Stability:
        """Measure the learning rate against the curvature, which may be shown as well."""
        if not self.is_single:
            bound = _local_bound(self.signature, moment.at, self.task, moment.chapter)
            reason = "A step here was longer than the loss's bend allows."
            return Stability(_finite(bound), None, reason)
        bound = self.largest_stable_rate
        reason = diverged_sentence(self.rate, self.steepest, momentum=self.choice.momentum)
        found = directions(self.curvature, self.task)
        return Stability(_finite(bound), found, reason, is_shown)

    def floor(self) -> float:
        """Measure the loss that the noise alone makes."""
        if self.choice.noise == 0:
            return 0.0
        return noise_floor(self.task, replace(self.choice, noise=0.0).task())

    def steepest_weight(self, moment: Moment) -> SteepestWeight:
        """Find the weight with the steepest slope, and what momentum remembers of it."""
        chapter = moment.chapter
        begins = moment.at == chapter.first and moment.at > 0
        before = self.chapters(chapter.first)[-1] if begins else None
        return steepest_weight(chapter, moment.at, before)

    def chapters(self, step: int) -> list[Chapter]:
        """Give all chapters up to a step, or to the run's end."""
        found = [self.chapter(0)]
        while found[-1].last < step and (lacking := self.recorded(len(found))):
            found.append(lacking.chapter)
        return found

    def arrays(self, step: int) -> dict[str, np.ndarray]:
        """Gather the weights and losses of every step up to one, as one array each."""
        chapters = self.chapters(step)
        count = min(step, chapters[-1].last) + 1

        def joined(parts: list[np.ndarray]) -> np.ndarray:
            return np.concatenate([*(part[:-1] for part in parts[:-1]), parts[-1]])[:count]

        return {
            "losses": joined([each.losses for each in chapters]),
            "biases": joined([each.biases for each in chapters]),
            **{
                f"kernels_{place}": joined([each.kernels[place] for each in chapters])
                for place in range(len(self.choice.sizes))
            },
        }


def take_progress() -> None:
    """Take over where the browser stands."""
    step = _progress().get("step")
    if isinstance(step, int | float) and 0 <= step <= MOST_STEPS:
        LEARNING.write({STEP.name: int(step)})


def _progress() -> dict[str, object]:
    held = st.session_state.get(KEY)
    progress = held.get("progress") if held else None
    return progress if isinstance(progress, dict) else {}


def _finite(bound: float) -> float | None:
    return bound if np.isfinite(bound) else None


def _whole(value: object) -> int:
    return min(max(int(value), 0), MOST_STEPS) if isinstance(value, int | float) else 0


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False)
def _curvature(key: str, _task: LearningTask) -> Curvature:  # noqa: ARG001
    return curvature(_task)


@st.cache_resource(max_entries=256, ttl=3600, show_spinner=False)
def _chapter(signature: str, number: int, _run: Run) -> Chapter:  # noqa: ARG001
    before = _run.chapter(number - 1).end if number else start_learning(_run.task)
    return record_chapter(_run.task, before, steps=_run.lengths[number])


@st.cache_data(max_entries=512, ttl=3600, show_spinner=False)
def _local_bound(
    signature: str,  # noqa: ARG001 stands for the task in the cache's key
    step: int,
    _task: LearningTask,
    _chapter: Chapter,
) -> float:
    # Twelve products with the curvature find its largest eigenvalue to about a percent.
    return largest_stable_learning_rate(_task, _chapter.state(step), iterations=12)


def sizes_to_learn(targets: Sequence[np.ndarray], side: int | None) -> tuple[tuple[int, int], ...]:
    """Give every kernel the same side, or its target's own size."""
    if side is None:
        return tuple((kernel.shape[0], kernel.shape[1]) for kernel in targets)
    return ((side, side),) * len(targets)


def default_choice(identity: str, pixels: np.ndarray) -> Choice:
    """Give what the page opens with, for a picture."""
    target = KERNEL.default
    return Choice(
        identity=identity,
        pixels=pixels,
        targets=(target,),
        sizes=sizes_to_learn([target], None),
        rate=RATE.default,
        momentum=MOMENTUM.default,
        batch=int(BATCH.default),
        patch=min(PATCH.default, *pixels.shape),
        noise=NOISE.default,
        seed=SEED.default,
    )
