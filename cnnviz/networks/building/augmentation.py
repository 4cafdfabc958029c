"""Layers that change pictures at random while a network is trained, and pass them on otherwise.

All in Keras's names; how much a picture is changed is drawn anew for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.networks.building.layer import Layer, Misfit, a
from cnnviz.networks.building.options import (
    REQUIRED,
    choice,
    flag,
    grid,
    number,
    odd,
    value_range,
    whole,
)
from cnnviz.networks.building.sizes import MOST_CROPPED
from cnnviz.networks.layers import Shape

_FILL = ("reflect", "constant", "wrap", "nearest")
_BYTES = (0, 255)


@dataclass(frozen=True)
class _Augmentation(Layer):
    needs_map: ClassVar[bool] = True
    colours: ClassVar[tuple[int, ...]] = ()

    def output_shape(self, shape: Shape) -> Shape:
        """The picture's own.

        Raises
        ------
        Misfit : it works on colours, and the map is none.
        """
        if self.colours and shape[-1] not in self.colours:
            wanted = " or ".join(map(str, self.colours))
            raise Misfit(
                f"{a(self, 'A')} must be given {wanted} channels.", f"a map of {shape[-1]}"
            )
        return shape


@dataclass(frozen=True)
class RandomFlip(_Augmentation):
    """Mirrored in half of the pictures; with both directions, both at once."""

    code: ClassVar[str] = "rflip"
    stem: ClassVar[str] = "random_flip"
    positional: ClassVar[int] = 1

    mode: str = choice("m", ("horizontal_and_vertical", "horizontal", "vertical"))


@dataclass(frozen=True)
class RandomRotation(_Augmentation):
    """Turned, by at most this share of a whole turn."""

    code: ClassVar[str] = "rturn"
    stem: ClassVar[str] = "random_rotation"
    positional: ClassVar[int] = 1

    factor: float = number("f", 0.1, 1.0, default=REQUIRED)
    fill_mode: str = choice("m", _FILL)


@dataclass(frozen=True)
class RandomTranslation(_Augmentation):
    """Moved, by at most these shares of height and width."""

    code: ClassVar[str] = "rmove"
    stem: ClassVar[str] = "random_translation"
    positional: ClassVar[int] = 2

    height_factor: float = number("h", 0.1, 1.0, default=REQUIRED)
    width_factor: float = number("w", 0.1, 1.0, default=REQUIRED)
    fill_mode: str = choice("m", _FILL)


@dataclass(frozen=True)
class RandomZoom(_Augmentation):
    """Made smaller or larger: each side of what is seen changes by at most this share."""

    code: ClassVar[str] = "rzoom"
    stem: ClassVar[str] = "random_zoom"
    positional: ClassVar[int] = 1

    height_factor: float = number("h", 0.1, 0.99, default=REQUIRED)
    fill_mode: str = choice("m", _FILL)


@dataclass(frozen=True)
class RandomShear(_Augmentation):
    """Slanted: row n moved sideways by at most n times x, column n up or down by n times y."""

    code: ClassVar[str] = "rshear"
    stem: ClassVar[str] = "random_shear"
    positional: ClassVar[int] = 2

    x_factor: float = number("x", 0.0, 1.0)
    y_factor: float = number("y", 0.0, 1.0)


@dataclass(frozen=True)
class RandomBrightness(_Augmentation):
    """Lightened or darkened, by at most this share of the range."""

    code: ClassVar[str] = "rlight"
    stem: ClassVar[str] = "random_brightness"
    positional: ClassVar[int] = 2

    factor: float = number("f", 0.2, 1.0, default=REQUIRED)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomContrast(_Augmentation):
    """The distance of each number from the channel's mean made larger, by at most this share."""

    code: ClassVar[str] = "rcontrast"
    stem: ClassVar[str] = "random_contrast"
    positional: ClassVar[int] = 2

    factor: float = number("f", 0.2, 1.0, default=REQUIRED)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomErasing(_Augmentation):
    """A rectangle covered with noise, in about half this share of the pictures."""

    code: ClassVar[str] = "rerase"
    stem: ClassVar[str] = "random_erasing"
    positional: ClassVar[int] = 1

    factor: float = number("f", 1.0, 1.0)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomHue(_Augmentation):
    """Colours turned around the wheel, by at most half this share of it."""

    code: ClassVar[str] = "rhue"
    stem: ClassVar[str] = "random_hue"
    positional: ClassVar[int] = 2
    colours: ClassVar[tuple[int, ...]] = (3,)

    factor: float = number("f", 0.1, 1.0, default=REQUIRED)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomSaturation(_Augmentation):
    """Colours made paler, in half of the pictures taken away; stronger only above 0.5."""

    code: ClassVar[str] = "rsat"
    stem: ClassVar[str] = "random_saturation"
    positional: ClassVar[int] = 2
    colours: ClassVar[tuple[int, ...]] = (3,)

    factor: float = number("f", 0.3, 1.0, default=REQUIRED)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomGrayscale(_Augmentation):
    """Colours taken away, in this share of the pictures."""

    code: ClassVar[str] = "rgrey"
    stem: ClassVar[str] = "random_grayscale"
    positional: ClassVar[int] = 1
    colours: ClassVar[tuple[int, ...]] = (1, 3)

    factor: float = number("f", 0.5, 1.0)


@dataclass(frozen=True)
class RandomPerspective(_Augmentation):
    """Seen at a slant, in about half this share of the pictures; the top left corner stays."""

    code: ClassVar[str] = "rpersp"
    stem: ClassVar[str] = "random_perspective"
    positional: ClassVar[int] = 2

    factor: float = number("f", 1.0, 1.0)
    scale: float = number("s", 1.0, 1.0)


@dataclass(frozen=True)
class RandomElasticTransform(_Augmentation):
    """Bent like rubber, in about half this share of the pictures, as strongly in all of a batch."""

    code: ClassVar[str] = "relast"
    stem: ClassVar[str] = "random_elastic"
    positional: ClassVar[int] = 2

    factor: float = number("f", 1.0, 1.0)
    scale: float = number("s", 1.0, 1.0)
    fill_mode: str = choice("m", (*_FILL, "mirror"))
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomGaussianBlur(_Augmentation):
    """Blurred, in about half this share of the pictures, as strongly in all of a batch."""

    code: ClassVar[str] = "rblur"
    stem: ClassVar[str] = "random_blur"
    positional: ClassVar[int] = 3

    factor: float = number("f", 1.0, 1.0)
    kernel_size: int = odd("k", 3, 31)
    sigma: float = number("s", 1.0, 1.0)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomSharpness(_Augmentation):
    """Fine detail made weaker, stronger only above 0.5: from none to twice this factor of it."""

    code: ClassVar[str] = "rsharp"
    stem: ClassVar[str] = "random_sharpness"
    positional: ClassVar[int] = 2

    factor: float = number("f", 1.0, 1.0, default=REQUIRED)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomInvert(_Augmentation):
    """Light and dark swapped, in about half this share of the pictures."""

    code: ClassVar[str] = "rinvert"
    stem: ClassVar[str] = "random_invert"
    positional: ClassVar[int] = 2

    factor: float = number("f", 1.0, 1.0)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomPosterization(_Augmentation):
    """Fewer levels a channel: from 1 bit to one less than this, or 1 bit where it is 1."""

    code: ClassVar[str] = "rpost"
    stem: ClassVar[str] = "random_posterization"
    positional: ClassVar[int] = 2

    factor: int = whole("f", 5, 8, default=REQUIRED)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class Solarization(_Augmentation):
    """Levels from a threshold on inverted, after something was added to all; both are drawn."""

    code: ClassVar[str] = "solar"
    stem: ClassVar[str] = "solarization"
    positional: ClassVar[int] = 3

    addition_factor: float = number("a", 0.0, 1.0)
    threshold_factor: float = number("t", 0.0, 1.0)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomColorDegeneration(_Augmentation):
    """Colours made paler or stronger: their distance from grey changes by at most this share."""

    code: ClassVar[str] = "rpale"
    stem: ClassVar[str] = "random_degeneration"
    positional: ClassVar[int] = 2
    colours: ClassVar[tuple[int, ...]] = (3,)

    factor: float = number("f", 0.5, 1.0, default=REQUIRED)
    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class RandomColorJitter(_Augmentation):
    """Brightness, contrast, saturation and hue changed in this order, those that have a factor."""

    code: ClassVar[str] = "rjitter"
    stem: ClassVar[str] = "random_jitter"
    positional: ClassVar[int] = 5
    colours: ClassVar[tuple[int, ...]] = (3,)

    value_range: tuple[int, int] = value_range("v", _BYTES)
    brightness_factor: float | None = number("b", None, 1.0)
    contrast_factor: float | None = number("c", None, 1.0)
    saturation_factor: float | None = number("s", None, 1.0)
    hue_factor: float | None = number("h", None, 1.0)


@dataclass(frozen=True)
class Equalization(_Augmentation):
    """Each channel's levels spread so that all are as frequent, by the counts of a whole batch."""

    code: ClassVar[str] = "equal"
    stem: ClassVar[str] = "equalization"
    positional: ClassVar[int] = 2

    value_range: tuple[int, int] = value_range("v", _BYTES)
    bins: int = whole("b", 256, 256, low=2)


@dataclass(frozen=True)
class RandAugment(_Augmentation):
    """So many of eleven changes, one after the other, the same ones for all of a batch."""

    code: ClassVar[str] = "randaug"
    stem: ClassVar[str] = "rand_augment"
    positional: ClassVar[int] = 3
    colours: ClassVar[tuple[int, ...]] = (3,)

    value_range: tuple[int, int] = value_range("v", _BYTES)
    num_ops: int = whole("n", 2, 6)
    factor: float = number("f", 0.5, 1.0)


@dataclass(frozen=True)
class AutoContrast(_Augmentation):
    """Each channel's levels stretched so that they go from one end of the range to the other."""

    code: ClassVar[str] = "auto"
    stem: ClassVar[str] = "auto_contrast"
    positional: ClassVar[int] = 1

    value_range: tuple[int, int] = value_range("v", _BYTES)


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """Noise added, with this standard deviation."""

    code: ClassVar[str] = "noise"
    stem: ClassVar[str] = "gaussian_noise"
    positional: ClassVar[int] = 1

    stddev: float = number("s", 0.1, 1.0, default=REQUIRED)


@dataclass(frozen=True)
class MixUp(_Augmentation):
    """Mixed with another picture of its batch, and its label with that one's, by a weight drawn."""

    code: ClassVar[str] = "mixup"
    stem: ClassVar[str] = "mix_up"
    positional: ClassVar[int] = 1

    alpha: float = number("a", 0.2, 1.0, low=0.05)


@dataclass(frozen=True)
class CutMix(_Augmentation):
    """A rectangle taken from another picture of its batch, and as much of that one's label."""

    code: ClassVar[str] = "cutmix"
    stem: ClassVar[str] = "cut_mix"
    positional: ClassVar[int] = 1

    factor: float = number("f", 1.0, 1.0)


@dataclass(frozen=True)
class AugMix(_Augmentation):
    """Mixed with what chains of changes make of it; the kinds of change are the batch's."""

    code: ClassVar[str] = "augmix"
    stem: ClassVar[str] = "aug_mix"
    positional: ClassVar[int] = 6
    colours: ClassVar[tuple[int, ...]] = (3,)

    value_range: tuple[int, int] = value_range("v", _BYTES)
    num_chains: int = whole("n", 3, 6)
    chain_depth: int = whole("d", 3, 6)
    factor: float = number("f", 0.3, 1.0)
    alpha: float = number("a", 1.0, 4.0, low=0.1, step=0.1)
    all_ops: bool = flag("o", True)


@dataclass(frozen=True)
class RandomCrop(_Augmentation):
    """A part of this size cut out while training, at one place for all of a batch."""

    code: ClassVar[str] = "rcrop"
    stem: ClassVar[str] = "random_crop"
    positional: ClassVar[int] = 2

    height: int = whole("h", 24, MOST_CROPPED, default=REQUIRED)
    width: int = whole("w", 24, MOST_CROPPED, default=REQUIRED)


@dataclass(frozen=True)
class ContrastLimitedAdaptiveHistogramEqualization(_Augmentation):
    """Levels spread so that all are as frequent, tile by tile, and by no more than a limit."""

    code: ClassVar[str] = "clahe"
    stem: ClassVar[str] = "clahe"
    positional: ClassVar[int] = 3

    value_range: tuple[int, int] = value_range("v", _BYTES)
    clip_limit: float = number("c", 4.0, 40.0, step=0.5)
    tile_grid_size: tuple[int, int] = grid("t", 8, 16)


AUGMENTATION_KINDS: tuple[type[Layer], ...] = (
    *(RandomFlip, RandomRotation, RandomTranslation, RandomZoom, RandomShear),
    *(RandomBrightness, RandomContrast, RandomErasing, RandomHue, RandomSaturation),
    *(RandomGrayscale, GaussianNoise),
    *(RandomPerspective, RandomElasticTransform, RandomGaussianBlur, RandomSharpness),
    *(RandomInvert, RandomPosterization, Solarization, RandomColorDegeneration),
    *(RandomColorJitter, RandAugment),
)
"""Those that pass a picture on as it is wherever a network is not trained."""

MIXING: tuple[type[Layer], ...] = (MixUp, CutMix)
"""Those that make one picture, and one label, of two."""

UNSEEDED: tuple[type[Layer], ...] = (
    *(Equalization, AutoContrast),
    ContrastLimitedAdaptiveHistogramEqualization,
)
"""Those that draw nothing at random, and take no seed."""

OUTSIDE_NETWORKS: tuple[type[Layer], ...] = (*UNSEEDED, *MIXING, AugMix, RandomCrop)
"""Those that have no place in a network.

AutoContrast and ContrastLimitedAdaptiveHistogramEqualization change a picture where a network is
not trained too. Of an Equalization Keras 3.15 takes what comes in for what goes out when a network
is built, so the network is without it. MixUp and CutMix change labels, which no layer of a network
is given. AugMix chooses its changes when a network's function is traced, and keeps them for good.
RandomCrop promises its own size and passes the whole picture on where nobody trains.
"""
