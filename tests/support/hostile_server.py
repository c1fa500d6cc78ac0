"""A server on raw sockets, which answers as no server should."""

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
    """Where it is, and the targets that it was asked for."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def hostile(attacks: Mapping[str, Attack]) -> Iterator[Hostile]:
    """Answers a target that starts so with its attack, and any other with 404."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client has gone
                while line := self.rfile.readline():
                    while self.rfile.readline().strip():
                        pass
                    target = line.split()[1].decode()
                    here.asked.append(target)
                    attack = next((each for start, each in attacks.items() if target.startswith(start)), None)
                    if attack:
                        attack(self.connection)
                        return
                    self.wfile.write(NOT_FOUND)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        here = Hostile(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()


def answer(body: bytes = b"", *headers: str, status: str = "200 OK", length: int | None = None) -> Attack:
    """An answer of these bytes; `length` is what it says of them."""
    told = (f"Content-Length: {len(body) if length is None else length}",) if length != -1 else ()
    head = "\r\n".join([f"HTTP/1.1 {status}", *told, *headers])
    return lambda client: client.sendall(head.encode("latin-1") + b"\r\n\r\n" + body)


def endless(start: bytes, piece: bytes) -> Attack:
    """Begins so, and goes on for ever."""

    def attack(client: socket.socket) -> None:
        client.sendall(start)
        while True:
            client.sendall(piece)

    return attack


def drip(start: bytes, piece: bytes, pause: float = 0.05) -> Attack:
    """The same, slowly."""
    never = threading.Event()

    def attack(client: socket.socket) -> None:
        client.sendall(start)
        while not never.wait(pause):
            client.sendall(piece)

    return attack
