"""The newsroom's log entries, and rules by which a test makes it misbehave."""

import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Edit = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request, and the status of the response; 0: its handler raised an exception."""

    role: str
    method: str
    path: str
    headers: Mapping[str, str]
    status: int


@dataclass(slots=True)
class Rule:
    """Another response for paths with this prefix; without status, body and handler, the usual page, edited."""

    role: str
    prefix: str
    status: int | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None  # how often it is used; None: always
    delay: float = 0.0
    handler: Handler | None = None
    edit: Edit | None = None


class Rules:
    """The rules in force, newest first. Tests write them, the server's thread reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Put a rule before all others."""
        with self._lock:
            self._rules.insert(0, rule)

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def take(self, role: str, path: str) -> Rule | None:
        """Return the rule for this request, if any, and count that it was used."""
        if not self._rules:
            return None
        with self._lock:
            for rule in self._rules:
                if rule.role == role and path.startswith(rule.prefix):
                    self._use(rule)
                    return rule
        return None

    def _use(self, rule: Rule) -> None:
        if rule.times is not None:
            rule.times -= 1
            if rule.times <= 0:
                self._rules.remove(rule)
