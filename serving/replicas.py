"""`make serve`: replicas of the app behind a proxy; what dies is started again.

Each replica is a process at a port of this computer, and HAProxy stands before them
(`docs/decisions/several-processes.md`). Run by `python -m serving.replicas`, from the folder above;
SIGINT, SIGTERM and SIGHUP end everything.
"""

import asyncio
import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from serving.host import OWN_NAMES

if TYPE_CHECKING:
    from serving.hosting import Hosting

_ROOT = Path(__file__).parents[1]
# Below those that the system gives to connections, which could take a dead replica's.
_PORTS = range(8601, 32_768)
_PATIENCE = 10.0  # seconds between a request to end and the end
_LOOK_AGAIN = 5.0  # seconds from one answer to the next question
_HUNG_AFTER = 30.0  # seconds without an answer
_LONGEST_PAUSE = 30.0  # seconds before what dies at once is started again
_STEADY_AFTER = 60.0  # seconds after which a death says nothing of the next


def main() -> None:
    """Serve until a signal comes."""
    os.environ["CNNVIZ_SHARED"] = "1"
    try:
        # These read the variables of the limits as they are imported.
        from cnnviz.limits import LIMITS
        from serving.hosting import Hosting

        hosting = Hosting.from_environment(os.environ, cores=_cores())
        _make_room(hosting)
        proxy = _proxy_program()
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    # Any replica may have to answer a browser: all sign with one key.
    replica = {
        **os.environ,
        **hosting.replica_variables(LIMITS),
        "STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(),
    }
    ports = _free_ports(hosting.replicas)
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as folder:
        configuration = Path(folder) / "haproxy.cfg"
        configuration.write_text(hosting.proxy_configuration(ports), encoding="utf-8")
        command = [proxy, "-db", "-f", str(configuration)]
        variables = {**os.environ, **hosting.proxy_variables(LIMITS)}
        checked = subprocess.run([*command, "-c", "-q"], env=variables, check=False)
        if checked.returncode:
            sys.exit("HAProxy refused its configuration, for the reason above.")
        asyncio.run(
            _serve(
                f"cnnviz is at {hosting.address} ({hosting.replicas} replicas). Ctrl+C ends it.",
                _Kept("The proxy", command, variables),
                [
                    _Kept(f"Replica {number}", _replica(port, hosting.hosts), replica, port)
                    for number, port in enumerate(ports, start=1)
                ],
            )
        )


class _Kept:
    """A program that runs, and is started again where it ends or hangs.

    Parameters
    ----------
    name : what the log calls it.
    port : where it answers, if it hangs when it does not.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        port: int | None = None,
    ) -> None:
        self.name, self.command, self.environment, self.port = name, command, environment, port

    async def run(self) -> None:
        """Keep it running until this is cancelled."""
        pause = 0.5
        while True:
            began = time.monotonic()
            reason = await self._run_once()
            if time.monotonic() - began > _STEADY_AFTER:
                pause = 0.5
            say(f"{self.name} {reason}. It starts again.")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _run_once(self) -> str:
        """Run it until it ends or hangs; says what has happened."""
        try:
            # A session of its own: Ctrl+C reaches this process alone, which ends all in order.
            process = await asyncio.create_subprocess_exec(
                *self.command, cwd=_ROOT, env=self.environment, start_new_session=True
            )
        except OSError as error:
            return f"could not start: {error.strerror}"
        try:
            return await self._end_of(process)
        finally:
            await _end(process)

    async def _end_of(self, process: asyncio.subprocess.Process) -> str:
        """Wait until a process has ended, or hangs; says which."""
        ended = asyncio.create_task(process.wait())
        hung = asyncio.create_task(self._silence())
        try:
            await asyncio.wait({ended, hung}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            hung.cancel()
        if process.returncode is None:
            process.kill()  # what hangs does not hear a request to end
            return f"has not answered for {_HUNG_AFTER:.0f} seconds"
        return f"ended with code {process.returncode}"

    async def _silence(self) -> None:
        """Wait until what has once answered no longer does."""
        if self.port is None:
            await asyncio.Event().wait()
            return
        while not await answers(self.port):
            await asyncio.sleep(1)
        while await answers(self.port):
            await asyncio.sleep(_LOOK_AGAIN)


async def _serve(greeting: str, proxy: _Kept, replicas: Sequence[_Kept]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    kept = [asyncio.create_task(one.run()) for one in (proxy, *replicas)]
    greets = asyncio.create_task(_greet(greeting, replicas))
    await stop.wait()
    # The proxy first: a page whose replica ends would be sent to the next one to end.
    for tasks in ([greets, kept[0]], kept[1:]):
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _greet(greeting: str, replicas: Sequence[_Kept]) -> None:
    for replica in replicas:
        while not await answers(replica.port or 0):
            await asyncio.sleep(0.2)
    say(greeting)


async def answers(port: int) -> bool:
    """Ask the replica at a port of this computer whether it is well."""
    try:
        async with asyncio.timeout(_HUNG_AFTER):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /_stcore/health HTTP/1.0\r\nHost: localhost\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process, politely at first, and whatever it has started."""
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _replica(port: int, hosts: Sequence[str]) -> list[str]:
    """Give the command of a replica, which only this computer reaches."""
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "logger.hideWelcomeMessage": "true",
    }
    command = [sys.executable, "-m", "streamlit", "run", "serve.py"]
    command += [f"--{name}={value}" for name, value in options.items()]
    allowed = (*OWN_NAMES, *hosts) if hosts else ("*",)
    return command + [f"--server.allowedHosts={host}" for host in allowed]


def _proxy_program() -> str:
    folders = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/sbin{os.pathsep}/usr/sbin"
    program = shutil.which("haproxy", path=folders)
    if program is None:
        raise OSError(
            "`make serve` needs HAProxy, and found none. `sudo apt-get install haproxy` installs "
            "it on Debian and Ubuntu, `brew install haproxy` on macOS."
        )
    return program


def _make_room(hosting: "Hosting") -> None:
    """See that the proxy can listen, and may open a file for each connection."""
    kind = socket.AF_INET6 if ":" in hosting.listen else socket.AF_INET
    try:
        with socket.socket(kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((hosting.listen, hosting.port))
    except OSError as error:
        raise OSError(
            f"cnnviz cannot listen at {hosting.listen}, port {hosting.port} (CNNVIZ_LISTEN, "
            f"CNNVIZ_PORT): {error.strerror}."
        ) from error
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < hosting.open_files:
        raise OSError(
            f"{hosting.connections:,} connections (CNNVIZ_CONNECTIONS) take "
            f"{hosting.open_files:,} open files. This system allows {most:,} (ulimit -Hn)."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (hosting.open_files, most))


def _free_ports(many: int) -> list[int]:
    found: list[int] = []
    for port in _PORTS:
        if len(found) == many:
            break
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return found


def _cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def say(sentence: str) -> None:
    """Write a sentence to the log."""
    print(sentence, flush=True)


if __name__ == "__main__":
    main()
