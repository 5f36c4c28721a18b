"""Read the contract files and say, with line numbers, what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from ingestion import contract as c
from ingestion.contract_rules import check_source
from ingestion.errors import ContractError, Problem

PATTERN = "models/staging/*/_*__sources.yml"
SETTINGS_KEY = "config.meta.ingestion"

Place = tuple[str | int, ...]


class Lines:
    """The line of every key and list item of a YAML file, by its path."""

    def __init__(self, path: Path, root: yaml.Node | None) -> None:
        """Walk the nodes once."""
        self.path = path
        self.problems: list[Problem] = []
        self._lines: dict[Place, int] = {(): 1}
        if root is not None:
            self._walk(root, ())

    def problem(self, place: Place, text: str) -> Problem:
        """Return a problem at the nearest known place above `place`."""
        known: Place = ()
        for part in place:
            if (*known, part) in self._lines:
                known = (*known, part)
        return Problem(self.path, self._lines[known], text)

    def _walk(self, node: yaml.Node, place: Place) -> None:
        self._lines.setdefault(place, node.start_mark.line + 1)
        for key, line, child in _children(node):
            if isinstance(node, yaml.MappingNode) and (*place, key) in self._lines:
                self.problems.append(
                    Problem(self.path, line, f"key '{key}' stands twice")
                )
            self._lines[(*place, key)] = line
            self._walk(child, (*place, key))


def _children(node: yaml.Node) -> Iterator[tuple[str | int, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield index, value.start_mark.line + 1, value


def load_contract(project_dir: Path) -> list[c.Source]:
    """Return the sources of a dbt project that ingestion loads.

    Raises:
        ContractError: A file is missing or wrong; lists every problem of every file.
    """
    files = sorted(project_dir.glob(PATTERN))
    if not files:
        text = f"no {PATTERN} here: run in the dbt project or give --project-dir"
        raise ContractError([Problem(project_dir, 1, text)])
    sources: dict[str, c.Source] = {}
    problems: list[Problem] = []
    for file in files:
        read, found = _read_file(file, project_dir)
        problems += found
        for source, lines, place in read:
            if source.name in sources:
                text = f"source '{source.name}' is defined in another file, too"
                problems.append(lines.problem(place, text))
            sources[source.name] = source
    if problems:
        raise ContractError(problems)
    return list(sources.values())


def _read_file(
    file: Path, project_dir: Path
) -> tuple[list[tuple[c.Source, Lines, Place]], list[Problem]]:
    shown = file.relative_to(project_dir)
    try:
        text = file.read_text(encoding="utf-8")
        root, data = _parse(text)
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(shown, 1, f"cannot be read: {type(error).__name__}")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "cannot be parsed"
        return [], [Problem(shown, mark.line + 1 if mark else 1, f"YAML: {reason}")]
    lines = Lines(shown, root)
    try:
        parsed = c.SourcesFile.model_validate(data if data is not None else {})
    except ValidationError as error:
        return [], [*lines.problems, *_explain(error, lines)]
    found: list[tuple[c.Source, Lines, Place]] = []
    problems = list(lines.problems)
    for index, source in enumerate(parsed.sources):
        place: Place = ("sources", index)
        if source.config.meta.ingestion is None:
            problems.append(
                lines.problem(place, f"source '{source.name}' has no {SETTINGS_KEY}")
            )
            continue
        found.append((source, lines, place))
        problems += [
            lines.problem((*place, *inner), text)
            for inner, text in check_source(source)
        ]
    return found, problems


def _parse(text: str) -> tuple[yaml.Node | None, Any]:
    """Return a YAML document as nodes, which know their lines, and as data."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    finally:
        loader.dispose()


def _explain(error: ValidationError, lines: Lines) -> Iterator[Problem]:
    for item in error.errors(include_url=False, include_input=False):
        place = item["loc"]
        key = str(place[-1]) if place else ""
        if item["type"] == "extra_forbidden":
            text = f"unknown key '{key}'{_suggestion(key)}"
        elif item["type"] == "missing":
            text = f"key '{key}' is missing"
        else:
            text = f"'{key}': {item['msg'].removeprefix('Value error, ')}"
        yield lines.problem(place, text)


def _suggestion(key: str) -> str:
    known = {name for model in _models(c.SourcesFile) for name in model.model_fields}
    close = difflib.get_close_matches(key, known, n=1)
    return f" (meant: {close[0]}?)" if close else ""


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()

    def visit(annotation: Any) -> None:
        is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        if is_model and annotation not in found:
            found.add(annotation)
            for field in annotation.model_fields.values():
                visit(field.annotation)
        for part in getattr(annotation, "__args__", ()):
            visit(part)

    visit(model)
    return found
