"""The figures of a run for Prometheus, as a file that the node exporter's textfile collector reads."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from finews_spider.reporting.report import RunReport

Sample = tuple[str, str, Mapping[str, str], float]  # name, help, labels, value


def write(report: RunReport, file: Path) -> None:
    """Put the figures in the place of the file at once, or not at all. Raise OSError where the disk refuses."""
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_text(text_of(report), encoding="utf-8")
    temporary.replace(file)


def text_of(report: RunReport) -> str:
    """Return the figures in Prometheus's text format, version 0.0.4."""
    lines: list[str] = []
    described: set[str] = set()
    for name, about, labels, value in sorted(_samples(report), key=lambda sample: sample[0]):
        if name not in described:
            described.add(name)
            lines += [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"{name}{{{inside}}} {value:.15g}" if inside else f"{name} {value:.15g}")
    return "\n".join(lines) + "\n"


def _samples(report: RunReport) -> Iterator[Sample]:
    yield "finews_run_start_timestamp_seconds", "When the last run began.", {}, report.started.timestamp()
    if report.ended:
        yield "finews_run_end_timestamp_seconds", "When the last run ended.", {}, report.ended.timestamp()
    if report.exit_code is not None:
        yield "finews_run_exit_code", "How it ended; 0 and 3 are well.", {}, report.exit_code
    if report.posts is not None:
        yield "finews_posts", "Posts in the archive.", {}, report.posts
    if pictures := report.pictures:
        yield "finews_pictures_kept", "Pictures that came in the last run.", {}, pictures.kept
        yield "finews_pictures_bytes", "Bytes of these pictures.", {}, pictures.bytes
        yield "finews_pictures_owed", "Pictures that are owed.", {}, pictures.owed
        yield "finews_pictures_given_up", "Pictures that were given up in the last run.", {}, pictures.given_up
    for source, of_source in report.sources.items():
        labels = {"source": source}
        yield "finews_source_rows", "Articles that its lists named.", labels, of_source.rows
        yield "finews_source_archived", "Posts that came in the last run.", labels, of_source.archived
        yield "finews_source_owed", "Articles that are owed.", labels, of_source.owed
        yield "finews_source_gaps", "Stretches of lists that nobody has read.", labels, len(of_source.gaps)
        yield "finews_source_broken", "Whether it looks broken.", labels, _is_broken(source, report.broken)
    for host, of_host in report.hosts.items():
        yield "finews_host_requests", "Requests of the last run.", {"host": host}, of_host.requests
        yield "finews_host_bytes", "Bytes of their answers' bodies.", {"host": host}, of_host.bytes


def _is_broken(source: str, broken: Iterable[str]) -> int:
    return int(any(trouble.startswith(f"{source}:") for trouble in broken))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
