"""The doctor: what it looks for, and the one line it prints."""

from __future__ import annotations

import os

import pytest

from lstmviz import doctor
from lstmviz.doctor import DRAWING, X11, examine, install_line, missing_libraries, package_manager

BARE_DEBIAN = (
    "sudo apt-get update && sudo apt-get install -y --no-install-recommends "
    "libegl1 libgl1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3 "
    "libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)


def present(*names):
    return lambda soname: soname in names


def nothing(soname):
    return False


def everything(soname):
    return True


def installed(name):
    return "1.0"


def test_a_bare_debian_is_told_everything_in_one_line():
    missing = missing_libraries(nothing, system="linux")
    assert install_line(missing, "apt") == BARE_DEBIAN


def test_only_what_is_missing_is_named():
    probe = present(*(library.soname for library in DRAWING + X11 if library.apt != "libegl1"))
    missing = missing_libraries(probe, system="linux")
    assert [library.soname for library in missing] == ["libEGL.so.1"]
    assert install_line(missing, "dnf") == "sudo dnf install -y libglvnd-egl"
    assert install_line(missing, "apt", root=True).startswith("apt-get update && apt-get install")


def test_drawing_without_a_window_needs_no_x11():
    assert missing_libraries(nothing, window=False, system="linux") == DRAWING


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_qt_brings_its_own_libraries_elsewhere(system):
    assert missing_libraries(nothing, system=system) == ()


def test_one_package_is_named_once():
    line = install_line(DRAWING, "pacman", root=True)
    assert line.split().count("libglvnd") == 1


def test_an_unknown_system_gets_the_names_of_the_libraries():
    line = install_line(DRAWING[:2], None)
    assert line == "install the packages that hold libEGL.so.1, libGL.so.1"


def test_debian_needs_python3_venv():
    assert install_line((), "apt", root=True, venv=True).endswith(" python3-venv")
    assert install_line((), "apt") == ""


@pytest.mark.parametrize(
    ("os_release", "manager"),
    [
        ("ID=debian\n", "apt"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "apt"),
        ("NAME=Fedora\nID=fedora\n", "dnf"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf"),
        ("ID=arch", "pacman"),
        ("ID=nixos", None),
        ("", None),
    ],
)
def test_the_package_manager_comes_from_os_release(os_release, manager):
    assert package_manager(os_release) == manager


@pytest.mark.parametrize(
    ("environ", "system", "answers", "where"),
    [
        ({}, "linux", True, None),
        ({"DISPLAY": ":0"}, "linux", True, "x11"),
        ({"DISPLAY": ":0"}, "linux", False, None),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "linux", True, None),
        ({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/nowhere"}, "linux", True, None),
        ({}, "darwin", False, "native"),
        ({}, "win32", False, "native"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "win32", False, None),
    ],
)
def test_where_a_window_would_appear(environ, system, answers, where):
    assert doctor.display(environ, system=system, x11_answers=lambda: answers) == where


def test_a_wayland_socket_is_a_display(tmp_path):
    (tmp_path / "wayland-0").touch()
    environ = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert doctor.display(environ, system="linux") == "wayland"


def test_a_display_that_does_not_answer_is_none(monkeypatch):
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":987")
    assert doctor.display(os.environ, system="linux") is None


def test_a_whole_machine_lacks_nothing():
    report = examine(everything, installed, "x11", system="linux", manager="apt")
    assert report.healthy
    assert report.line == ""
    assert str(report).endswith("Nothing is missing.")


def test_without_a_display_x11_is_only_a_hint():
    probe = present(*(library.soname for library in DRAWING))
    report = examine(probe, installed, None, system="linux", manager="apt")
    assert report.healthy
    assert "libxcb-cursor0" in report.hint
    assert not examine(probe, installed, "x11", system="linux", manager="apt").healthy


def test_the_report_holds_the_line_and_the_names():
    report = examine(nothing, installed, "x11", system="linux", manager="apt")
    assert not report.healthy
    assert BARE_DEBIAN in str(report)
    assert "libxcb-cursor.so.0" in report.lacking


def test_a_missing_package_is_lacking():
    report = examine(everything, lambda name: None, "x11", system="linux", manager="apt")
    assert report.lacking == doctor.PACKAGES
    assert report.line.endswith("dev.py setup")


def test_pip_mends_packages_outside_a_checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "__file__", str(tmp_path / "lstmviz" / "doctor.py"))
    report = examine(everything, lambda name: None, "x11", system="linux", manager="apt")
    assert report.line.endswith("-m pip install " + " ".join(doctor.PACKAGES))


@pytest.mark.parametrize(("healthy", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_tells(monkeypatch, capsys, healthy, code):
    monkeypatch.setattr(
        doctor, "examine", lambda **_: doctor.Report((), () if healthy else ("x",), "")
    )
    assert doctor.main() == code
    assert capsys.readouterr().out


def test_the_loader_is_really_asked():
    assert not doctor.opens("libno-such-library.so.7")
