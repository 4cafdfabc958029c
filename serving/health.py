"""Whether the app is well, for a container's health check: `python -m serving.health`."""

import os
import ssl
import sys
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from serving.hosting import Hosting


def is_well(hosting: Hosting) -> bool:
    """Ask the proxy, as a visitor at this computer would."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(hosting.listen, hosting.listen)
    connection = HTTPConnection(host, hosting.port, timeout=8)
    if hosting.certificate:
        # The certificate names the host for visitors, not this computer.
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection(host, hosting.port, timeout=8, context=unchecked)
    try:
        connection.request("GET", "/_stcore/health", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_well(Hosting.from_environment(os.environ, cores=1)))
