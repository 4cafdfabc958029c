"""Names for the arrays that functions hand on: what they hold, and in which axes.

Channels come last. The names are for the reader; a type checker sees the dtype alone.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""(height, width, channels), 0 to 255: red, green and blue, or one of grey."""

Colours: TypeAlias = NDArray[np.uint8]
"""(..., 3): red, green and blue of each number."""

Grid: TypeAlias = NDArray[np.float32]
"""(rows, columns): one number in each cell."""

Maps: TypeAlias = NDArray[np.float32]
"""(rows, columns, channels): what a layer gives; (units,) where that is a vector."""

Floats: TypeAlias = NDArray[np.float32]
"""Any axes."""
