"""HAProxy with the configuration of `make serve`, before stand-ins for the replicas."""

import http.client
import os
import socket
import ssl
import subprocess
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cnnviz.limits import Limits
from serving.health import is_well
from serving.hosting import Hosting
from serving.replicas import _proxy_program
from tools.app_server import free_port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that nobody has signed, for HTTPS."""
    folder = tmp_path_factory.mktemp("certificate")
    key, signed = folder / "key.pem", folder / "signed.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += [
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        key,
        "-out",
        signed,
    ]
    subprocess.run(command, check=True, capture_output=True)
    both = folder / "school.pem"
    both.write_text(signed.read_text() + key.read_text())
    return str(both)


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "fd00::1", "localhost"])
def test_haproxy_takes_the_configuration(tmp_path, certificate, listen, encrypted):
    hosting = Hosting(3, listen=listen, certificate=certificate if encrypted else "")
    path = tmp_path / "haproxy.cfg"
    path.write_text(hosting.proxy_configuration([8601, 8602, 8603]))
    checked = subprocess.run(
        [_proxy_program(), "-c", "-f", path],
        env={**os.environ, **hosting.proxy_variables(Limits())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stderr


class StandIn(BaseHTTPRequestHandler):
    """Answers every request with its headers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "theirs=1; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def stand_in():
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    # It looks 50 times a second whether it is to end.
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def end(server):
    server.shutdown()
    server.server_close()


@contextmanager
def proxy(folder, ports, **settings):
    """Run HAProxy before replicas at these ports."""
    hosting = Hosting(len(ports), port=free_port(), listen="127.0.0.1", **settings)
    path = folder / "haproxy.cfg"
    path.write_text(hosting.proxy_configuration(ports))
    environment = {**os.environ, **hosting.proxy_variables(Limits())}
    process = subprocess.Popen([_proxy_program(), "-db", "-f", path], env=environment)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", hosting.port)).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                time.sleep(0.02)
        yield hosting
    finally:
        process.terminate()
        process.wait(10)


def asked_for(hosting, path="/", method="GET", **headers):
    """Ask the proxy for a path; gives the status, the headers and the text."""
    connection = http.client.HTTPConnection("127.0.0.1", hosting.port, timeout=20)
    if hosting.certificate:
        signed = ssl.create_default_context(cafile=hosting.certificate)
        connection = http.client.HTTPSConnection(
            "localhost", hosting.port, timeout=20, context=signed
        )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(connection):
        connection.request(method, path, headers=named)
        with connection.getresponse() as answer:
            return answer.status, answer.headers, answer.read().decode()


CUT_OFF = -1
"""What stands for a status where a connection ends without an answer."""


def asked_until(status, hosting, before=lambda: None):
    """Ask again for a while, since connections come and go in the proxy's own time."""
    answer = (0, None, "")
    deadline = time.monotonic() + 20
    while answer[0] != status and time.monotonic() < deadline:
        time.sleep(0.05)
        before()
        try:
            answer = asked_for(hosting)
        except (ConnectionError, http.client.HTTPException):
            answer = (CUT_OFF, None, "")
    return answer


def cookies(headers):
    return dict(line.split(";")[0].split("=", 1) for line in headers.get_all("Set-Cookie", []))


@pytest.fixture
def two(tmp_path):
    """Two stand-ins, and the proxy before them."""
    servers = [stand_in(), stand_in()]
    with proxy(tmp_path, [server.server_port for server in servers]) as hosting:
        yield hosting, servers
    for server in servers:
        end(server)


def test_a_browser_stays_with_its_replica_and_others_spread(two):
    hosting, _ = two
    given = [cookies(asked_for(hosting)[1])["cnnviz_replica"] for _ in range(6)]
    assert set(given) == {"1", "2"}
    for number in "12":
        for _ in range(4):
            _, headers, said = asked_for(hosting, Cookie=f"cnnviz_replica={number}; mine=1")
            assert "cnnviz_replica" not in cookies(headers)  # it is right as it is
            assert "cnnviz_replica" not in said  # and nothing for the app
            assert "mine=1" in said


def test_where_a_replica_is_gone_the_same_request_is_answered_by_another(two):
    hosting, servers = two
    end(servers[0])
    status, headers, _ = asked_for(hosting, Cookie="cnnviz_replica=1")
    assert status == 200
    assert cookies(headers)["cnnviz_replica"] == "2"


@pytest.mark.parametrize("nonsense", ["3", "", "x" * 4000, "1;1", '"', "../1"])
def test_a_cookie_that_names_no_replica_is_replaced(two, nonsense):
    hosting, _ = two
    status, headers, _ = asked_for(hosting, Cookie=f"cnnviz_replica={nonsense}")
    assert status == 200
    assert nonsense == "1;1" or cookies(headers)["cnnviz_replica"] in "12"


def test_the_app_hears_who_asks_and_not_what_they_say_of_themselves(two):
    hosting, _ = two
    lies = {"X_Forwarded_For": "9.9.9.9", "X_Forwarded_Proto": "https", "Forwarded": "for=9.9.9.9"}
    _, _, said = asked_for(hosting, Host="school.example", **lies)
    heard = [line.lower() for line in said.splitlines()]
    assert "x-forwarded-for: 127.0.0.1" in heard
    assert "x-forwarded-proto: http" in heard
    assert "host: school.example" in heard
    assert "9.9.9.9" not in said


def test_an_upload_beyond_every_limit_is_refused_before_it_comes(two):
    hosting, _ = two
    size = {"Content_Length": str(300 * 2**20)}
    status, _, said = asked_for(hosting, "/_stcore/upload_file/a/b", "PUT", **size)
    assert (status, said) == (413, "An upload may have 201 MiB. Received: one of 300 MiB.")


def test_one_address_may_not_take_all_connections(tmp_path):
    server = stand_in()
    with (
        proxy(tmp_path, [server.server_port], address_connections=8) as hosting,
        ExitStack() as held,
    ):

        def hold(many):
            for _ in range(many):
                held.enter_context(socket.create_connection(("127.0.0.1", hosting.port)))

        hold(8)
        status, _, said = asked_until(429, hosting)
        assert status == 429
        assert said == "One address may have 8 connections at a time. Received: number 9."
        hold(12)
        # Beyond twice as many it is not even told. One that was asked by before may have taken the
        # place of one to hold, and be gone now: more are held until no place is left.
        assert asked_until(CUT_OFF, hosting, before=lambda: hold(1))[0] == CUT_OFF
        held.close()
        assert asked_until(200, hosting)[0] == 200
    end(server)


def test_while_no_replica_is_there_a_page_says_so_and_looks_again(tmp_path):
    with proxy(tmp_path, [free_port()]) as hosting:
        status, headers, said = asked_for(hosting)
        assert status == 503
        assert headers.get_content_type() == "text/html"
        assert "cnnviz is starting. This page looks again every two seconds." in said
        assert '<meta http-equiv="refresh" content="2">' in said
        assert not is_well(hosting)


def test_over_https_the_app_knows_it_and_cookies_stay_with_it(tmp_path, certificate):
    server = stand_in()
    with proxy(tmp_path, [server.server_port], certificate=certificate) as hosting:
        _, headers, said = asked_for(hosting)
        assert "x-forwarded-proto: https" in said.lower()
        lines = headers.get_all("Set-Cookie")
        assert len(lines) == 2
        assert all(line.endswith("; Secure") for line in lines)
        assert is_well(hosting)
    end(server)
    assert not is_well(hosting)
