"""Proxies and certificates: the environment variables that other HTTP clients obey are obeyed."""

import datetime
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conftest import FULL_SPEED, Ran, run_forked

pytestmark = pytest.mark.slow

PAGE = b"<section><h2>\xe6\x96\xb0\xe9\x97\xbb</h2><ul></ul></section></html>"


@contextmanager
def server(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    """Serve one page for every target; yield the port and the targets requested, as they stood in the request line."""
    requested: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            requested.append(self.path)
            self.send_response(404 if self.path.endswith("/robots.txt") else 200)
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_: object) -> None:
            pass

    here = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        here.socket = context.wrap_socket(here.socket, server_side=True)
    thread = threading.Thread(target=here.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield here.server_address[1], requested
    finally:
        here.shutdown()
        thread.join()
        here.server_close()


def crawl(folder: Path, site: str, settings: Mapping[str, str] | None = None, **environment: str) -> Ran:
    text = Path("finews_spider/sources.toml").read_text(encoding="utf-8")
    sources = folder / "sources.toml"
    sources.write_text(text.replace("https://finews.withounder.com", site), encoding="utf-8")
    options = {**FULL_SPEED, "FINEWS_OUTPUT": folder / "site", "FINEWS_SOURCES_FILE": sources, **(settings or {})}
    words = [word for name, value in options.items() for word in ("-s", f"{name}={value}")]
    return run_forked("crawl", "finews", "-a", "source=finews", "-a", "category=x", *words, environment=environment)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a self-signed certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "finews tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


def test_a_proxy_is_used(tmp_path: Path) -> None:
    with server() as (port, requested):
        crawl(tmp_path, "http://news.invalid", http_proxy=f"http://127.0.0.1:{port}", no_proxy="")
    assert requested == [f"http://news.invalid/{path}" for path in ("robots.txt", "", "category/x.html")]


def test_a_certificate_is_checked(tmp_path: Path, certificate: Path) -> None:
    with server(context(certificate)) as (port, requested):
        ran = crawl(tmp_path, f"https://127.0.0.1:{port}", no_proxy="*")
    assert requested == []
    assert "certificate" in ran.err


def test_a_custom_authority_is_trusted(tmp_path: Path, certificate: Path) -> None:
    with server(context(certificate)) as (port, requested):
        crawl(tmp_path, f"https://127.0.0.1:{port}", no_proxy="*", SSL_CERT_FILE=str(certificate))
    assert requested == ["/robots.txt", "/", "/category/x.html"]
