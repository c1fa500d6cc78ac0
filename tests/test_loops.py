"""A test that asserts in a loop fails where the loop has nothing to go through."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nonempty import nonempty
from tests.support.paths import ROOT

TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path.name != Path(__file__).name]
PAIRED = ("enumerate", "zip")  # as long as what they take; zip has to be strict
# Where nothing is a right answer too: of a mutated page there may be no refs, and no post; a page of
# the docs may link to none other.
ALLOWED = {
    "tests/sources/test_lies.py": {"found.refs"},
    "tests/docs/test_pages.py": {"[link for link in links if '//' not in link]"},
    "tests/acceptance/test_way.py": {"fed_mutants(source, data)"},
}


def is_full(node: ast.expr, constants: dict[str, ast.expr]) -> bool:
    """Return whether there is certainly something in it: a literal, a range, or what nonempty has looked at."""
    match node:
        case ast.Tuple() | ast.List() | ast.Set():
            return bool(node.elts)
        case ast.Dict():
            return bool(node.keys)
        case ast.Constant(value=str() as text):
            return bool(text)
        case ast.Name(id=name) if name in constants:
            return is_full(constants[name], {})
        case ast.Call(func=ast.Attribute(value=inner, attr="items" | "values" | "split")):
            return is_full(inner, constants)
        case ast.Call(func=ast.Name(id="nonempty" | "range")):
            return True
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in PAIRED:
            return is_full(first, constants)
    return False


def assertions_over(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what loops that assert go through, and what `all(…)` and `not any(…)` look at."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and any(isinstance(inner, ast.Assert) for inner in ast.walk(node)):
            yield node.iter
        elif isinstance(node, ast.Assert):
            yield from quantified(node.test)


def quantified(test: ast.expr) -> Iterator[ast.expr]:
    """Yield what a condition says of all."""
    for node in ast.walk(test):
        match node:
            case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(generators=[first, *_])]):
                yield first.iter
            case ast.UnaryOp(
                op=ast.Not(),
                operand=ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp(generators=[first, *_])]),
            ):
                yield first.iter


def literals(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the module's constants."""
    found = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name] = value
    return found


@pytest.mark.parametrize("path", nonempty(TESTS), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_loop_asserts_of_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = literals(tree)
    found = [
        f"line {over.lineno}: {ast.unparse(over)}" for over in assertions_over(tree) if not is_full(over, constants)
    ]
    allowed = ALLOWED.get(str(path.relative_to(ROOT)), set())
    assert [line for line in found if line.partition(": ")[2] not in allowed] == []
