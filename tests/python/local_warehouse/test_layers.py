"""What a module of the local warehouse imports lies beneath it, or beside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import local_warehouse

PACKAGE = local_warehouse.__name__
FOLDER = Path(local_warehouse.__file__).parent
# From above to beneath; what stands on no layer is a foundation of all of them.
TOP = ("__main__", "cli", "warehouse", "lake")
LAYERS = ("endpoint", "bridge", "catalog", "sql")
MODULES = sorted(
    ".".join((PACKAGE, *file.relative_to(FOLDER).with_suffix("").parts))
    for file in FOLDER.rglob("*.py")
)


def level(module: str) -> int:
    """Return how far down a module is."""
    name = module.split(".")[1]
    if name in TOP:
        return 0
    return LAYERS.index(name) + 1 if name in LAYERS else len(LAYERS) + 1


def imported(module: str) -> Iterator[str]:
    """Return the modules of the package that a module imports, anywhere in it."""
    file = FOLDER.parent / (module.replace(".", "/") + ".py")
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports by a relative name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.startswith(f"{PACKAGE}."))


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_only_down(module: str) -> None:
    upwards = [name for name in imported(module) if level(name) < level(module)]
    assert upwards == []


def test_there_is_something_on_each_layer() -> None:
    assert {level(module) for module in MODULES} == set(range(len(LAYERS) + 2))


def test_the_package_says_so() -> None:
    assert " -> ".join(f"`{layer}`" for layer in LAYERS) in str(local_warehouse.__doc__)
