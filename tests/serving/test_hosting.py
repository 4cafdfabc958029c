"""What a host may decide, and the proxy's configuration that follows from it."""

import pytest

from cnnviz.limits import Limits
from serving.hosting import Hosting


def read(**said):
    return Hosting.from_environment(
        {f"CNNVIZ_{name}": text for name, text in said.items()}, cores=3
    )


def test_without_a_word_there_is_a_replica_for_each_core():
    assert read() == Hosting(replicas=3)
    assert read(REPLICAS="", PORT=" ", HOSTS="", LISTEN="", CERTIFICATE="") == Hosting(replicas=3)
    assert read(HOSTS="*").hosts == ("*",)
    assert Hosting.from_environment({}, cores=200).replicas == 64


def test_each_variable_is_followed(tmp_path):
    pem = tmp_path / "school.pem"
    pem.write_text("")
    hosting = read(
        REPLICAS="5",
        PORT=" 443 ",
        LISTEN="::",
        HOSTS="cnnviz.school.example, *.school.example 192.168.0.3",
        CERTIFICATE=str(pem),
        CONNECTIONS="300",
        ADDRESS_CONNECTIONS="200",
    )
    hosts = ("cnnviz.school.example", "*.school.example", "192.168.0.3")
    assert hosting == Hosting(5, 443, "::", hosts, str(pem), 300, 200)


@pytest.mark.parametrize(
    "name", ["REPLICAS", "PORT", "CONNECTIONS", "ADDRESS_CONNECTIONS"], ids=str.lower
)
@pytest.mark.parametrize("text", ["0", "-1", "1.5", "two", "1000000", "٣", "9" * 5000])
def test_a_count_is_a_whole_number(name, text):
    with pytest.raises(
        ValueError, match=f"CNNVIZ_{name} must be a whole number from 1 to "
    ) as error:
        read(**{name: text})
    assert repr(text[:40]) in str(error.value)
    assert len(str(error.value)) < 130


@pytest.mark.parametrize(
    "text", ["http://school.example", "school.example:80", "a/b", "a b;c", "x\ny.", "é.example"]
)
def test_hosts_are_names(text):
    with pytest.raises(ValueError, match=r"CNNVIZ_HOSTS must be names without a port.*Received"):
        read(HOSTS=text)


def test_a_certificate_is_a_file(tmp_path):
    for path in (tmp_path, tmp_path / "missing.pem"):
        with pytest.raises(ValueError, match=r"CNNVIZ_CERTIFICATE must be a PEM file.*Received"):
            read(CERTIFICATE=str(path))


@pytest.mark.parametrize(
    ("hosting", "address"),
    [
        (Hosting(1), "http://localhost:8501"),
        (Hosting(1, port=80, listen="::"), "http://localhost:80"),
        (Hosting(1, port=443, listen="fd00::1", certificate="x.pem"), "https://[fd00::1]:443"),
    ],
)
def test_the_address_is_one_that_opens_here(hosting, address):
    assert hosting.address == address


def test_what_all_may_have_is_shared_out_among_the_replicas():
    shares = Hosting(4).replica_variables(Limits(server_upload_megabytes=2_048, heavy_jobs=10))
    replica = Limits.from_environment(shares)
    assert replica == Limits(server_upload_megabytes=512, heavy_jobs=3, trainings=1)


def test_a_share_holds_what_one_visitor_may_have():
    replica = Limits.from_environment(Hosting(64).replica_variables(Limits()))
    assert replica == Limits(server_upload_megabytes=256, heavy_jobs=1, trainings=1)
