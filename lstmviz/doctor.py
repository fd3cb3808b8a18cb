"""What this machine lacks to run lstmviz, as one install line.

Standard library only, and no other lstmviz module: `dev.py` loads this file by
its path before anything is installed. Qt itself is never imported here. It
aborts rather than raises when a library is missing or no display answers, so
each library is opened with ctypes and the display is asked through libxcb.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("numpy", "pillow", "PySide6-Essentials", "threadpoolctl")
"""The Python packages lstmviz runs on."""


@dataclass(frozen=True)
class Library:
    """A shared library Qt opens, and the package that holds it on each kind of Linux."""

    soname: str
    apt: str
    dnf: str
    pacman: str


DRAWING = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
)
"""What Qt needs to draw at all, with or without a display."""

X11 = (
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
)
"""What Qt needs besides to open a window on X11."""

INSTALLERS = {
    "apt": ("apt-get update", "apt-get install -y --no-install-recommends"),
    "dnf": ("dnf install -y",),
    "pacman": ("pacman -S --needed --noconfirm",),
}
"""The commands that install packages, in order; the last takes their names."""

Probe = Callable[[str], bool]


def opens(soname: str) -> bool:
    """Whether the dynamic loader finds and loads this shared library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_libraries(
    probe: Probe = opens,
    *,
    window: bool = True,
    system: str = sys.platform,
) -> tuple[Library, ...]:
    """The libraries Qt lacks: to draw, and with `window` also to open one on X11.

    Only Linux leaves these to the machine; elsewhere Qt brings its own.
    """
    if not system.startswith("linux"):
        return ()
    needed = DRAWING + X11 if window else DRAWING
    return tuple(library for library in needed if not probe(library.soname))


def package_manager(os_release: str | None = None) -> str | None:
    """`apt`, `dnf` or `pacman`, from the text of os-release; None if it is another."""
    if os_release is None:
        try:
            os_release = Path("/etc/os-release").read_text(encoding="utf-8")
        except OSError:
            return None
    kinds = {"debian": "apt", "ubuntu": "apt", "fedora": "dnf", "rhel": "dnf", "arch": "pacman"}
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    names = " ".join(shlex.split(fields.get("ID", "") + " " + fields.get("ID_LIKE", "")))
    return next((kinds[name] for name in names.split() if name in kinds), None)


def install_line(
    missing: Sequence[Library],
    manager: str | None,
    *,
    root: bool = False,
    venv: bool = False,
) -> str:
    """One line that installs the missing libraries, or names them where none is known.

    `venv` adds Debian's python3-venv, without which Python there makes no virtual
    environment. An empty text means that nothing is missing.
    """
    if manager not in INSTALLERS:
        names = [library.soname for library in missing] + (["Python's ensurepip"] if venv else [])
        return f"install the packages that hold {', '.join(names)}" if names else ""
    packages = [getattr(library, manager) for library in missing]
    if venv and manager == "apt":
        packages.append("python3-venv")
    if not packages:
        return ""
    sudo = "" if root else "sudo "
    commands = " && ".join(sudo + command for command in INSTALLERS[manager])
    return f"{commands} {' '.join(dict.fromkeys(packages))}"


def is_root() -> bool:
    """Whether this process may install system packages itself."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def line_for(missing: Sequence[Library], *, venv: bool = False) -> str:
    """The install line for this machine and this user."""
    return install_line(missing, package_manager(), root=is_root(), venv=venv)


def _x11_answers() -> bool:
    """Whether the X server named by DISPLAY accepts a connection."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # nothing to ask with; the missing libraries are reported instead
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = (ctypes.c_void_p,)
    xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    failed = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not failed


def display(
    environ: Mapping[str, str] | None = None,
    *,
    system: str = sys.platform,
    x11_answers: Callable[[], bool] = _x11_answers,
) -> str | None:
    """Where a window would appear: `native`, `wayland` or `x11`; None for nowhere.

    QT_QPA_PLATFORM set to a platform without a screen counts as nowhere.
    """
    environ = os.environ if environ is None else environ
    if environ.get("QT_QPA_PLATFORM", "").split(":")[0] in {"offscreen", "minimal", "vnc"}:
        return None
    if not system.startswith("linux"):
        return "native"
    wayland = environ.get("WAYLAND_DISPLAY")
    if wayland and Path(environ.get("XDG_RUNTIME_DIR", "/run"), wayland).exists():
        return "wayland"
    return "x11" if environ.get("DISPLAY") and x11_answers() else None


def package_version(name: str) -> str | None:
    """The installed version of a Python package; None if it is not installed."""
    from importlib import metadata  # slow to import, and dev.py never asks

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def can_make_venv() -> bool:
    """Whether `python -m venv` works; Debian leaves ensurepip out until asked."""
    return importlib.util.find_spec("ensurepip") is not None


@dataclass(frozen=True)
class Report:
    """What `lstmviz doctor` found: facts for reading, and what is lacking."""

    facts: tuple[tuple[str, str], ...]
    lacking: tuple[str, ...]
    line: str
    hint: str = ""

    @property
    def healthy(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacking

    def __str__(self) -> str:
        """The report as printed: the facts, then what is lacking and the install line."""
        width = max((len(name) for name, _ in self.facts), default=0)
        rows = [f"{name:<{width}}  {value}" for name, value in self.facts]
        if self.healthy:
            rows += ["", "Nothing is missing."]
        else:
            rows += ["", "Missing: " + ", ".join(self.lacking)]
        if self.line:
            rows += ["Install it with:", f"  {self.line}"]
        if self.hint:
            rows.append(self.hint)
        return "\n".join(rows)


def _display_fact(where: str | None) -> str:
    """The display in words."""
    if where is None:
        return "none: no window will be visible, figures are written all the same"
    return {"native": "the desktop", "wayland": "Wayland", "x11": "X11"}[where]


def examine(
    probe: Probe = opens,
    version: Callable[[str], str | None] = package_version,
    where: str | None = None,
    *,
    system: str = sys.platform,
    manager: str | None = None,
    root: bool = False,
) -> Report:
    """Look at Python, the packages, the libraries and the display (`where`).

    The X11 libraries are lacking only where the display is X11, but the install
    line holds them too, so that one line is enough for good.
    """
    versions = {name: version(name) for name in PACKAGES}
    absent = [name for name, found in versions.items() if not found]
    wanted = missing_libraries(probe, system=system)
    needed = missing_libraries(probe, window=where == "x11", system=system)
    facts = [("Python", f"{platform.python_version()} ({sys.executable})")]
    facts += [(name, found or "not installed") for name, found in versions.items()]
    if system.startswith("linux"):
        facts.append(("libraries for drawing", _count(DRAWING, wanted)))
        facts.append(("libraries for X11", _count(X11, wanted)))
    facts.append(("display", _display_fact(where)))
    lines = [install_line(wanted, manager, root=root)] if needed else []
    if absent:
        lines.append(_packages_line(absent))
    hint = ""
    if wanted and not needed:
        hint = f"A window on X11 would need besides:\n  {install_line(wanted, manager, root=root)}"
    lacking = (*absent, *(library.soname for library in needed))
    return Report(tuple(facts), lacking, " && ".join(lines), hint)


def _packages_line(absent: Sequence[str]) -> str:
    """What installs Python packages: dev.py in a checkout, else pip."""
    dev = Path(__file__).resolve().parent.parent / "dev.py"
    if dev.exists():
        return f"python3 {shlex.quote(str(dev))} setup"
    return f"{shlex.quote(sys.executable)} -m pip install {' '.join(absent)}"


def _count(group: Sequence[Library], missing: Sequence[Library]) -> str:
    """How many libraries of a group are there, in words."""
    absent = [library.soname for library in group if library in missing]
    return f"lacks {', '.join(absent)}" if absent else f"all {len(group)}"


def main() -> int:
    """Print the report on this machine; 0 when nothing is missing, else 1."""
    report = examine(where=display(), manager=package_manager(), root=is_root())
    print(report)
    return 0 if report.healthy else 1


if __name__ == "__main__":
    sys.exit(main())
