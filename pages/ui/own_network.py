"""The uploaded network of this session, which every page about networks may use."""

from dataclasses import dataclass

from cnnviz.networks import Network
from cnnviz.networks.keras_files.upload import Upload

HELD = "own_model"
"""The session's key of the uploaded network; nothing of it is kept anywhere else."""


@dataclass(frozen=True)
class OwnModel:
    """An uploaded network with the choices that its file leaves open.

    file_name, data, digest : the file.
    upload : what was read from it.
    pixels : the key of its preprocessing.
    labels : the names of its classes; None for numbers.
    """

    file_name: str
    data: bytes
    digest: str
    upload: Upload
    pixels: str
    labels: tuple[str, ...] | None = None

    @property
    def identity(self) -> str:
        """What changes whenever the network's numbers may."""
        return f"own {self.digest} {self.upload.network.input_shape[:2]} {self.pixels}"

    @property
    def network(self) -> Network:
        """The network as the choices have it."""
        network = self.upload.network.with_preprocessing(self.pixels)
        return network if self.labels is None else network.with_labels(self.labels)
