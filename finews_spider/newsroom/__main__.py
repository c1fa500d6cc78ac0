"""`python -m finews_spider.newsroom`: serve the newsroom until Ctrl-C."""

import argparse
import json
import signal
from pathlib import Path

from finews_spider.newsroom.server import Newsroom
from finews_spider.newsroom.world import World

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def main() -> None:
    """Read the command line, and serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m finews_spider.newsroom", description=__doc__)
    parser.add_argument("--articles", type=int, default=240)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--port-file", type=Path, help="write the URLs there, as JSON, once they answer")
    parser.add_argument("--sources", type=Path, help="write a sources.toml that leads here")
    options = parser.parse_args()
    with Newsroom(World(options.articles, options.days)) as room:
        announce(room, options.sources, options.port_file)
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


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # before the server's thread could take them
    main()
