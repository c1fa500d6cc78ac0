"""No name leads to this machine or its network, however it is written, but for the operator's own proxies."""

import json
from pathlib import Path

import pytest

from finews_spider.downloader.resolver import is_allowed
from finews_spider.exceptions import ConfigurationError
from tests.conftest import Site, run_forked
from tests.downloader.test_network import crawl, server
from tests.support.forks import PREPARE
from tests.support.settings import config

NO_PRIVATE_NETWORKS = {"FINEWS_PRIVATE_NETWORKS": ""}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",  # metadata of clouds
        "100.100.100.200",  # Alibaba's
        "100.64.0.1",
        "192.0.0.192",  # Oracle's
        "192.0.2.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_private_addresses_are_refused(address: str) -> None:
    assert not is_allowed(address, ())


@pytest.mark.parametrize("address", ["1.1.1.1", "101.226.30.1", "172.32.0.1", "223.255.255.254"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address, ())


@pytest.mark.parametrize("address", ["198.18.0.1", "198.19.255.255"])
def test_fake_addresses_of_local_proxies_are_allowed(address: str) -> None:
    assert is_allowed(address, ())


def test_a_setting_allows_networks() -> None:
    allowed = config(FINEWS_PRIVATE_NETWORKS="127.0.0.0/8, 10.1.2.3").private_networks
    assert [is_allowed(address, allowed) for address in ("127.9.9.9", "10.1.2.3", "10.1.2.4")] == [True, True, False]


@pytest.mark.parametrize("text", ["localhost", "127.0.0.1/8", "10.0.0.0/33", "::1/128", "10.0.0.0/8;127.0.0.0/8"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="FINEWS_PRIVATE_NETWORKS"):
        config(FINEWS_PRIVATE_NETWORKS=text)


@pytest.mark.parametrize("command", ["crawl", "doctor"])
def test_a_wrong_network_ends_a_command_before_any_request(site: Site, command: str) -> None:
    words = site.words((), {"FINEWS_PRIVATE_NETWORKS": "all"})
    ran = run_forked("doctor", *words[4:]) if command == "doctor" else run_forked(*words)
    assert ran.code == 2
    assert "FINEWS_PRIVATE_NETWORKS" in ran.err
    assert site.room.log == []


@pytest.mark.slow
@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost"])
def test_a_host_that_is_this_machine_gets_no_request(tmp_path: Path, host: str) -> None:
    with server() as (port, requested):
        ran = crawl(tmp_path, f"http://{host}:{port}", settings=NO_PRIVATE_NETWORKS, no_proxy="*")
    assert requested == []
    warning = f"{host}:{port} has the private address 127.0.0.1, and FINEWS_PRIVATE_NETWORKS does not allow it"
    assert ran.err.count(warning) == 1


def test_it_is_tried_once_only(site: Site) -> None:
    ran = site.crawl(settings=NO_PRIVATE_NETWORKS)
    assert ran.code == 4
    assert site.room.log == []
    failed = site.report()["sources"]["finews"]["lists"]["home"]["failed"]
    assert failed.startswith("host left alone: it has the private address 127.0.0.1")
    hosts = site.report()["hosts"]
    assert [host["requests"] for host in hosts.values()] == [1]
    assert "has the private address 127.0.0.1" in next(iter(hosts.values()))["left_alone"]


def test_the_next_host_is_tried_in_its_place(site: Site) -> None:
    """The share host's name leads to what only this setting forbids; its origin is where it may be."""
    urls = site.room.urls
    urls["share"] = urls["share"].replace("127.0.0.1", "127.0.0.2")  # nobody listens there, and no request arrives
    ran = site.crawl("category=zhongguozhengquanbao", settings={"FINEWS_PRIVATE_NETWORKS": "127.0.0.1"})
    assert ran.code == 0, ran.err
    assert site.posts()
    assert "has the private address 127.0.0.2" in ran.err


def crawl_through(proxy: str, folder: Path, site: str, no_proxy: str) -> None:
    crawl(folder, site, settings=NO_PRIVATE_NETWORKS, http_proxy=proxy, https_proxy=proxy, no_proxy=no_proxy)


@pytest.mark.slow
@pytest.mark.parametrize("proxy", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_may_be_anywhere(tmp_path: Path, proxy: str, scheme: str) -> None:
    with server() as (port, requested):
        crawl_through(f"http://{proxy}:{port}", tmp_path, f"{scheme}://news.invalid", no_proxy="")
    assert requested


@pytest.mark.slow
def test_what_does_not_go_through_the_proxy_is_checked(tmp_path: Path) -> None:
    with server() as (port, requested):
        crawl_through(f"http://127.0.0.1:{port}", tmp_path, f"http://127.1:{port}", no_proxy="127.1")
    assert requested == []


ALLOWED, FORBIDDEN = "127.0.0.1", "127.0.0.2"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("cache", ["1", "0"])
@pytest.mark.parametrize(
    "addresses", [[ALLOWED, FORBIDDEN], [FORBIDDEN, ALLOWED], [ALLOWED, FORBIDDEN, ALLOWED], [FORBIDDEN]]
)
def test_what_was_checked_is_connected_to(tmp_path: Path, addresses: list[str], cache: str, scheme: str) -> None:
    """A name whose address changes between two questions (DNS rebinding)."""
    noted = tmp_path / "told"
    settings = {"FINEWS_PRIVATE_NETWORKS": ALLOWED, "DNSCACHE_ENABLED": cache}
    environment = {
        PREPARE: "tests.support.fickle_dns",
        "TOLD": str(noted),
        "ADDRESSES": " ".join(addresses),
        "no_proxy": "*",
    }
    with server() as (port, requested):
        ran = crawl(tmp_path, f"{scheme}://news.invalid:{port}", settings=settings, **environment)
    heard = [json.loads(line) for line in noted.read_text().splitlines()]
    looked_up = [address for event, address in heard if event == "looked up"]
    connected = [address for event, address in heard if event == "connected"]
    assert looked_up == addresses[: len(looked_up)]
    assert connected == [ALLOWED] * len(connected)
    assert bool(connected) == (looked_up[0] == ALLOWED)
    assert bool(requested) == (bool(connected) and scheme == "http")
    assert (f"has the private address {FORBIDDEN}" in ran.err) == (FORBIDDEN in looked_up)
    assert len(looked_up) == (2 if cache == "0" and addresses[0] == ALLOWED and scheme == "http" else 1)
