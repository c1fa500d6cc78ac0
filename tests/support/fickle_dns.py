"""A DNS that tells another address of one name each time, and in the end the last for ever."""

import json
import os
import socket
import sys
from typing import Any


def prepare() -> None:
    """Ask it in place of the system's, and write down all that this process looks up and connects to."""
    told = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    addresses = os.environ["ADDRESSES"].split()
    really = socket.getaddrinfo

    def tell(event: str, what: str) -> None:
        os.write(told, (json.dumps([event, what]) + "\n").encode())

    def look_up(name: str, *_: object) -> str:
        address = addresses.pop(0) if addresses[1:] else addresses[0]
        tell("looked up", address)
        return address

    def getaddrinfo(name: str, *rest: Any, **named: Any) -> Any:
        return really(look_up(name), *rest, **named)

    def hear(event: str, words: Any) -> None:
        if event == "socket.connect":
            tell("connected", words[1][0])

    socket.gethostbyname, socket.getaddrinfo = look_up, getaddrinfo  # type: ignore[assignment]
    sys.addaudithook(hear)
