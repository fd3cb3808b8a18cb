"""The rules of the code's layout, as sentences that can fail."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "lstmviz"

RANKS = (
    {"errors"},
    {"doctor", "files", "npy", "plain", "resources", "symbols", "version"},
    {"engine"},
    {"analysis"},
    {"models", "inputs"},
    {"session", "history"},
    {"scene"},
    {"paint"},
    {"export"},
    {"gui"},
    {"api", "cli", "__main__"},
)
"""Left (above) never imports right (below)."""

SIBLINGS = {("history", "session"), ("npy", "files"), ("__main__", "cli")}
"""Who may import a part of the same rank."""

MAY_DRAW = {"paint", "export", "gui"}
"""The parts that may import Qt."""

TOP_LEVEL = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "benchmarks",
    "dev.py",
    "lstmviz",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "resources",
    "tests",
    "tools",
}


def part_of(module):
    """The part of lstmviz that a module belongs to: "gui" for "lstmviz.gui.window"."""
    names = module.split(".")
    return names[1] if len(names) > 1 else "__init__"


def module_name(path):
    names = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def known_parts():
    return {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or list(path.glob("*.py"))
    }


def imports(source, module, *, is_package=False, lazy=True):
    """Every module this source imports; with `lazy` also inside functions.

    `from lstmviz import x` counts as lstmviz.x where that is a part, and
    `import_module("x")` and `__import__("x")` count as imports of x.
    """
    tree = ast.parse(source)
    nodes = ast.walk(tree) if lazy else _at_import_time(tree)
    base = module.split(".") if is_package else module.split(".")[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = base[: len(base) - node.level + 1] if node.level else []
            origin = ".".join(start + ([node.module] if node.module else []))
            for alias in node.names:
                deeper = origin == "lstmviz" and alias.name in known_parts()
                yield f"{origin}.{alias.name}" if deeper else origin
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            named = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if called in {"import_module", "__import__"} and named:
                yield first.value


def _at_import_time(tree):
    """The nodes that run when the module is imported."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)


def imports_of(path, *, lazy=True):
    source = path.read_text(encoding="utf-8")
    package = path.name == "__init__.py"
    return set(imports(source, module_name(path), is_package=package, lazy=lazy))


def rank(part):
    return next(place for place, parts in enumerate(RANKS) if part in parts)


def allowed(importer, imported):
    """Whether one part may import another."""
    if importer == imported or (importer, imported) in SIBLINGS:
        return True
    return imported != "__init__" and rank(imported) < rank(importer)


def broken_imports(source, module, **kwargs):
    """The imports in this source that point right."""
    inside = (name for name in imports(source, module, **kwargs) if part_of_lstmviz(name))
    importer = part_of(module)
    return sorted(name for name in inside if not allowed(importer, part_of(name)))


def part_of_lstmviz(name):
    return name.split(".")[0] == "lstmviz"


def modules():
    return sorted(PACKAGE.rglob("*.py"))


MODULES = [pytest.param(path, id=module_name(path)) for path in modules()]
INNER = [param for param in MODULES if param.values[0] != PACKAGE / "__init__.py"]


def test_every_part_has_a_rank():
    ranked = set().union(*RANKS) | {"__init__"}
    assert known_parts() - ranked == set()


@pytest.mark.parametrize("path", INNER)
def test_left_never_imports_right(path):
    source = path.read_text(encoding="utf-8")
    package = path.name == "__init__.py"
    assert broken_imports(source, module_name(path), is_package=package) == []


@pytest.mark.parametrize(
    "source",
    [
        "import lstmviz.gui.window",
        "from lstmviz.gui import window",
        "from lstmviz import gui",
        "from ..gui import window",
        "def f():\n    from lstmviz.gui import window",
        "def f():\n    if True:\n        import lstmviz.cli as c",
        "class A:\n    def f(self):\n        import_module('lstmviz.gui')",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import lstmviz.gui",
        "import lstmviz",
        "from lstmviz import load",
    ],
)
def test_the_rule_sees_lazy_imports_too(source):
    assert broken_imports(source, "lstmviz.engine.cell") != []


@pytest.mark.parametrize(
    "source", ["from . import spec", "from lstmviz.errors import LstmvizError"]
)
def test_the_rule_lets_left_be_imported(source):
    assert broken_imports(source, "lstmviz.engine.cell") == []


@pytest.mark.parametrize("path", MODULES)
def test_only_paint_export_and_gui_import_qt(path):
    qt = {name for name in imports_of(path) if name.split(".")[0] in {"PySide6", "shiboken6"}}
    assert not qt or part_of(module_name(path)) in MAY_DRAW


@pytest.mark.parametrize("path", MODULES)
def test_nothing_imports_what_only_development_needs(path):
    roots = {name.split(".")[0] for name in imports_of(path)}
    assert roots.isdisjoint({"pyqtgraph", "pytest", "hypothesis", "torch", "hatchling"})


@pytest.mark.parametrize("path", MODULES)
def test_nothing_unpickles(path):
    assert {"pickle", "dill", "cloudpickle", "shelve"}.isdisjoint(imports_of(path))


def test_the_public_surface_and_the_command_line_import_drawing_late():
    for path in (
        PACKAGE / "__init__.py",
        PACKAGE / "api.py",
        *sorted((PACKAGE / "cli").glob("*.py")),
    ):
        parts = {part_of(name) for name in imports_of(path, lazy=False) if part_of_lstmviz(name)}
        assert parts.isdisjoint(MAY_DRAW), path.name


def test_the_base_stands_alone():
    outside = imports_of(PACKAGE / "doctor.py")
    assert {name.split(".")[0] for name in outside} <= {"__future__", *sys.stdlib_module_names}
    assert not any(part_of_lstmviz(name) for name in imports_of(PACKAGE / "errors.py"))


@pytest.mark.parametrize("module", ["lstmviz", "lstmviz.cli"])
@pytest.mark.parametrize("heavy", ["PySide6", "numpy"])
def test_importing_is_light(module, heavy):
    code = f"import sys, {module}; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def every_module():
    """All code of the repository: the program, its tests, benchmarks and tools."""
    folders = [PACKAGE, *(ROOT / name for name in ("tests", "benchmarks", "tools"))]
    return [ROOT / "dev.py", *(path for folder in folders for path in folder.rglob("*.py"))]


def test_modules_have_at_most_400_lines():
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in every_module()
    }
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_functions_have_at_most_60_lines():
    long = {
        f"{path.relative_to(ROOT).as_posix()}: {node.name}"
        for path in every_module()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > 60
    }
    assert long == set()


def tracked():
    """The names at the top of the repository, or of the source archive outside one."""
    if not (ROOT / ".git").exists():
        return {path.name for path in ROOT.iterdir() if path.name in TOP_LEVEL}
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.split("/")[0].strip('"') for line in listed.stdout.splitlines()}


def test_the_top_level_holds_only_what_the_map_lists():
    assert tracked() - TOP_LEVEL == set()
