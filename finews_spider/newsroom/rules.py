"""What the newsroom remembers of each request, and how a test makes it misbehave."""

import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Edit = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was answered. Status 0: its handler broke off."""

    role: str
    method: str
    path: str
    headers: Mapping[str, str]
    status: int


@dataclass(slots=True)
class Rule:
    """Another answer for a role's paths that start so. Neither status, body nor handler: the usual page, edited."""

    role: str
    prefix: str
    status: int | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None
    delay: float = 0.0
    handler: Handler | None = None
    edit: Edit | None = None


class Rules:
    """The rules in force, the newest first. Tests write, the server's thread reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.insert(0, rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, role: str, path: str) -> Rule | None:
        """The rule for this request, used up by one."""
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
