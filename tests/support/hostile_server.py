"""A server on raw sockets that sends responses as no server should."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Attack = Callable[[socket.socket], object]  # writes what it likes; the socket is closed after it

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Hostile:
    """Where the server is, and the targets that were requested."""

    url: str
    requested: list[str] = field(default_factory=list)


@contextmanager
def hostile(attacks: Mapping[str, Attack]) -> Iterator[Hostile]:
    """Serve attacks by the start of the target, and 404 for any other target."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client has gone
                while line := self.rfile.readline():
                    while self.rfile.readline().strip():
                        pass
                    target = line.split()[1].decode()
                    here.requested.append(target)
                    attack = next((attack for start, attack in attacks.items() if target.startswith(start)), None)
                    if attack:
                        attack(self.connection)
                        return
                    self.wfile.write(NOT_FOUND)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        here = Hostile(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()


def response(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> Attack:
    """Return an attack that sends this body; `length` is its Content-Length, right if None, and missing if -1."""
    content_length = (f"Content-Length: {len(body) if length is None else length}",) if length != -1 else ()
    head = "\r\n".join([f"HTTP/1.1 {status}", *content_length, *headers])
    return lambda client: client.sendall(head.encode("latin-1") + b"\r\n\r\n" + body)


def endless(start: bytes, piece: bytes) -> Attack:
    """Return an attack that sends `start`, then `piece` for ever."""

    def attack(client: socket.socket) -> None:
        client.sendall(start)
        while True:
            client.sendall(piece)

    return attack


def drip(start: bytes, piece: bytes, pause: float = 0.05) -> Attack:
    """Return an attack that sends `start`, then `piece` for ever with pauses."""
    never = threading.Event()

    def attack(client: socket.socket) -> None:
        client.sendall(start)
        while not never.wait(pause):
            client.sendall(piece)

    return attack
