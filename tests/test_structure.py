"""The house holds: what may import what, how long a module and a function may be, where exit codes are written."""

import ast
import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest

from tests.support.nonempty import nonempty
from tests.support.paths import ROOT

# From the ground up. What stands in a line imports what stands in lines above it, itself, and nothing else.
ORDER = [
    "__init__ dates exit_codes printable settings slugs",  # know nothing of finews
    "exceptions items logformatter refusals",  # what all parts speak of
    "newsroom",  # a stand-in for the sites: it shares no code with what reads them
    "markup",  # a body, read and edited. Pure
    "sources",  # pages in, refs and articles out. Pure
    "ledger",  # what is archived and owed
    "archive",  # the posts of one output folder
    "setting_values",  # what their values may be
    "config",  # the settings, read once
    "downloader",  # why a request is not sent
    "crawl",  # listings and articles, asked for and handed over
    "pipelines publishing",  # an item becomes a post; posts become a commit
    "reporting",  # what a run says of itself
    "pictures",  # what articles show is kept
    "evidence",  # what was fetched is kept, and posts are made of it again
    "tables",  # the archive as rows, for export, search and counts
    "overview",  # the archive as plots
    "machines",  # runs as units of a queue. Commands alone import it
    "extensions",  # watch the run
    "spiders",
    "commands",
]
MAX_MODULE, MAX_FUNCTION = 250, 40  # lines
LONGER: dict[str, int] = {}

MODULES = [path for folder in ("finews_spider", "pipelines") for path in sorted((ROOT / folder).rglob("*.py"))]
each_module = pytest.mark.parametrize("path", nonempty(MODULES), ids=lambda path: str(path.relative_to(ROOT)))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def part(name: str) -> str:
    """Return the part of finews that a dotted name is of: its package, or its module at the top."""
    first, *rest = name.split(".")
    return first if first == "pipelines" or not rest else rest[0]


def part_of(path: Path) -> str:
    """Return the part that a file is of."""
    return part(".".join(path.relative_to(ROOT).with_suffix("").parts))


def imported(path: Path) -> Iterator[str]:
    """Yield the parts that a module imports, in its functions too."""
    for node in ast.walk(tree_of(path)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module in ("finews_spider", "pipelines"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        yield from (part(name) for name in names if name.split(".")[0] in ("finews_spider", "pipelines"))


def below(name: str) -> set[str]:
    """Return what a part may import: itself, and all that stands below it."""
    lower = takewhile(lambda line: name not in line.split(), ORDER)
    return {name, *(entry for line in lower for entry in line.split())}


def test_every_part_has_its_place() -> None:
    assert {part_of(path) for path in MODULES} == {name for line in ORDER for name in line.split()}


@each_module
def test_nothing_imports_what_stands_above_it(path: Path) -> None:
    names = {"__init__" if name == "__version__" else name for name in imported(path)}
    assert names - below(part_of(path)) == set()


def test_only_commands_import_a_spider() -> None:
    assert {part_of(path) for path in MODULES if "spiders" in set(imported(path)) - {part_of(path)}} == {"commands"}


def roots(tree: ast.Module, *, at_start: bool) -> set[str]:
    """Return the dotted names of what is imported; `at_start`: with the module, and not later in a function."""
    found = set()
    for node in tree.body if at_start else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@each_module
def test_the_queue_and_its_libraries_are_of_machines_alone_and_loaded_when_they_are_used(path: Path) -> None:
    its = re.compile(r"(?:procrastinate|psycopg|psycopg_pool|finews_spider\.machines)\b")
    if part_of(path) != "machines":
        assert not [name for name in roots(tree_of(path), at_start=True) if its.match(name)]
    if part_of(path) not in ("machines", "commands"):
        assert not [name for name in roots(tree_of(path), at_start=False) if its.match(name)]


@each_module
def test_a_module_is_short(path: Path) -> None:
    most = LONGER.get(str(path.relative_to(ROOT)), MAX_MODULE)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= most


@each_module
def test_functions_are_short(path: Path) -> None:
    functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {
        node.name: length for node in functions if (length := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION
    }
    assert long == {}


# Exit codes.


def number(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def is_code(node: ast.AST) -> bool:
    """Return whether an expression is an exit code by its name: `exit_code`, `self.exitcode`, `report["exit_code"]`."""
    name = ast.unparse(node).lower()
    return "exit_code" in name or "exitcode" in name


def code_literals(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield exit codes that are written as numbers."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=130):
                yield node
            case ast.Assign(targets=[target], value=value) if is_code(target) and number(value):
                yield node
            case ast.keyword(arg=str() as name, value=value) if is_code(ast.Name(name)) and number(value):
                yield value
            case ast.Compare(left=left, comparators=others) if is_code(left) and any(map(number, others)):
                yield node
            case ast.Call(func=function, args=[first, *_]) if number(first) and (
                is_code(function) or ast.unparse(function) in ("exit", "sys.exit", "os._exit", "SystemExit")
            ):
                yield node
            case ast.FunctionDef(returns=returns) if returns and is_code(returns):
                yield from (entry for entry in ast.walk(node) if isinstance(entry, ast.Return) and number(entry.value))


@each_module
def test_exit_codes_are_written_in_one_place(path: Path) -> None:
    found = [node.lineno for node in code_literals(tree_of(path)) if isinstance(node, ast.expr | ast.stmt)]
    assert bool(found) == (path.name == "exit_codes.py")


@pytest.mark.parametrize(
    "text",
    [
        "self.exitcode = 2",
        "end(exit_code=4)",
        'report["exit_code"] == 6',
        "report.exit_code in (130,)",
        "sys.exit(1)",
        "raise SystemExit(2)",
        "ExitCode(6)",
        "def execute() -> ExitCode:\n    return 1",
    ],
)
def test_a_number_for_an_exit_code_is_found(text: str) -> None:
    assert list(code_literals(ast.parse(text)))
