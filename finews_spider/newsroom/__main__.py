"""`python -m finews_spider.newsroom`: serve the newsroom until Ctrl-C, and play what is typed meanwhile."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from threading import Thread

from finews_spider.newsroom.plays import PLAYS, play
from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def main() -> None:
    """Read the command line, and serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m finews_spider.newsroom", description=__doc__)
    parser.add_argument("--articles", type=int, default=240)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument(
        "--hold", type=int, default=0, metavar="N", help="publish the last N stories when news is typed"
    )
    parser.add_argument("--port-file", type=Path, help="write the URLs there, as JSON, once they answer")
    parser.add_argument("--sources", type=Path, help="write a sources.toml that leads here")
    options = parser.parse_args()
    world = World(options.articles, options.days)
    if not 0 <= options.hold < options.articles:
        parser.error(f"--hold: {options.hold} is not accepted; use 0 or more, and less than --articles")
    with Newsroom(world) as room:
        room.now = world.time(options.articles - options.hold - 1) if options.hold else None
        announce(room, options.sources, options.port_file)
        if _is_typed_into():
            print(f"Type {', '.join(PLAYS)}, or Ctrl-C.", flush=True)
            Thread(target=play, args=(sys.stdin, room, world, sys.stdout), daemon=True).start()
        signal.sigwait(STOP_SIGNALS)


def announce(room: Newsroom, sources: Path | None, port_file: Path | None) -> None:
    """Print the URLs and write the files; the port file comes last and whole, so that a process can wait for it."""
    for role, url in room.urls.items():
        print(f"{role}\t{url}", flush=True)
    if sources:
        sources.write_text(room.sources_toml(), encoding="utf-8")
        print(f"sources\t{sources}", flush=True)
    if port_file:
        part = port_file.with_name(port_file.name + ".part")
        part.write_text(json.dumps(room.urls), encoding="utf-8")
        part.replace(port_file)


def _is_typed_into() -> bool:
    """Return whether lines can be read: a process in the background would be stopped by reading from its terminal."""
    if not sys.stdin or sys.stdin.closed:
        return False
    return not sys.stdin.isatty() or os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # before the server's thread could take them
    main()
