"""How `make serve` is to run: the variables a host may set, and what follows from them."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from cnnviz.limits import Limits

_HERE = Path(__file__).parent
_HOST = re.compile(r"\*|(?:\*\.)?[\w-]++(?:\.[\w-]++)*+", re.ASCII)


@dataclass(frozen=True)
class Hosting:
    """What a host decides, each by the variable of its name: ``CNNVIZ_PORT=80``.

    Attributes
    ----------
    replicas : processes of the app; one for each core unless said otherwise.
    port : where the proxy listens.
    listen : the address of this computer at which it listens; all by default.
    hosts : the names under which visitors reach it, separated by commas; any by default.
    certificate : a PEM file with certificate and key, for HTTPS; HTTP by default.
    connections : connections that all visitors together may have at a time; others wait.
    address_connections : connections that one address may have at a time, such as the one behind
        which a whole school comes.
    """

    replicas: int
    port: int = 8501
    listen: str = "0.0.0.0"
    hosts: tuple[str, ...] = ()
    certificate: str = ""
    connections: int = 2_000
    address_connections: int = 1_000

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, cores: int) -> "Hosting":
        """Read the variables; an empty one counts as absent.

        Raises
        ------
        ValueError : a variable holds nothing that can be used.
        """
        said = {
            name: text.strip() for name, text in environment.items() if name.startswith("CNNVIZ_")
        }
        return cls(
            replicas=_whole(said, "CNNVIZ_REPLICAS", 64) or min(cores, 64),
            port=_whole(said, "CNNVIZ_PORT", 65_535) or cls.port,
            listen=said.get("CNNVIZ_LISTEN") or cls.listen,
            hosts=_hosts(said.get("CNNVIZ_HOSTS", "")),
            certificate=_certificate(said.get("CNNVIZ_CERTIFICATE", "")),
            connections=_whole(said, "CNNVIZ_CONNECTIONS", 100_000) or cls.connections,
            address_connections=_whole(said, "CNNVIZ_ADDRESS_CONNECTIONS", 100_000)
            or cls.address_connections,
        )

    @property
    def address(self) -> str:
        """Where somebody at this computer finds the app."""
        host = "localhost" if self.listen in ("0.0.0.0", "::") else self.listen
        return f"http{'s' if self.certificate else ''}://{_bracketed(host)}:{self.port}"

    @property
    def open_files(self) -> int:
        """How many files the proxy opens: two for each visitor's connection, and some more."""
        return 2 * self.connections + 200

    def proxy_configuration(self, ports: Sequence[int]) -> str:
        """Write HAProxy's configuration for replicas at these ports of this computer."""
        lines = [
            f"    server replica{number} 127.0.0.1:{port} cookie {number}"
            for number, port in enumerate(ports, start=1)
        ]
        return "\n".join([(_HERE / "haproxy.cfg").read_text(encoding="utf-8"), *lines, ""])

    def proxy_variables(self, limits: Limits) -> dict[str, str]:
        """Give the variables that `haproxy.cfg` names."""
        largest = max(limits.gallery_megabytes, limits.model_megabytes)
        return {
            "CNNVIZ_BIND": f"{_bracketed(self.listen)}:{self.port}",
            "CNNVIZ_CERTIFICATE": self.certificate,
            "CNNVIZ_CONNECTIONS": str(self.connections),
            "CNNVIZ_ADDRESS_CONNECTIONS": str(self.address_connections),
            # What a request adds to its file takes less than a MiB.
            "CNNVIZ_UPLOAD_MEGABYTES": str(ceil(largest) + 1),
            "CNNVIZ_STARTING": str(_HERE / "503.http"),
        }

    def replica_variables(self, limits: Limits) -> dict[str, str]:
        """Give a replica its share of what all visitors together may have.

        The share of the uploads is never less than what one visitor may have.
        """
        uploads = max(
            limits.server_upload_megabytes / self.replicas, limits.session_upload_megabytes
        )
        return {
            "CNNVIZ_SHARED": "1",
            "CNNVIZ_SERVER_UPLOAD_MEGABYTES": f"{uploads:.3f}",
            "CNNVIZ_HEAVY_JOBS": str(ceil(limits.heavy_jobs / self.replicas)),
            "CNNVIZ_TRAININGS": str(ceil(limits.trainings / self.replicas)),
        }


def _whole(said: Mapping[str, str], name: str, most: int) -> int:
    """Read a whole number from 1 on; 0 where nothing is said."""
    text = said.get(name, "")
    if text and not (re.fullmatch(r"[0-9]{1,9}", text) and 0 < int(text) <= most):
        raise ValueError(
            f"{name} must be a whole number from 1 to {most:,}. Received: {text[:40]!r}."
        )
    return int(text or 0)


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(text.replace(",", " ").split())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(
                "CNNVIZ_HOSTS must be names without a port, separated by commas, such as "
                f"cnnviz.school.example,192.168.0.3. Received: {host[:40]!r}."
            )
    return hosts


def _certificate(path: str) -> str:
    if path and not (Path(path).is_file() and os.access(path, os.R_OK)):
        raise ValueError(
            "CNNVIZ_CERTIFICATE must be a PEM file with certificate and key that this user may "
            f"read. Received: {path[:200]!r}."
        )
    return path


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
