"""PDFs without the time and the place of their making."""

import os
import re
import subprocess
import sys

import pytest

from lstmviz.export.timeless import timeless

DRAWN = """
import sys
from lstmviz.export import devices
from lstmviz.export.picture import Picture
devices.application(offscreen=True)
picture = Picture(80, 60, lambda painter, vector: painter.drawLine(5, 5, 60, 40), "#ffffff")
sys.stdout.buffer.write(devices.pdf_bytes(picture))
"""


def places(data):
    """Where objects are said to begin, by their numbers, and where the table does."""
    start = int(data[data.rindex(b"startxref\n") + 10 :].split()[0])
    rows = re.findall(rb"^(\d{10}) \d{5} [nf]", data[start:], re.MULTILINE)
    return start, dict(enumerate(map(int, rows)))


def test_a_pdf_is_the_same_in_every_time_zone():
    made = set()
    for zone in ("UTC", "Asia/Kolkata", "America/Lima", "XYZ+3:30"):
        call = [sys.executable, "-c", DRAWN]
        made.add(
            subprocess.run(
                call, env={**os.environ, "TZ": zone}, stdout=subprocess.PIPE, check=True
            ).stdout
        )
    (data,) = made
    start, objects = places(data)
    assert data[start:].startswith(b"xref\n")
    for number, at in list(objects.items())[1:]:
        assert data[at:].startswith(b"%d 0 obj" % number)


@pytest.mark.parametrize("zone", [b"Z", b"+05'30'", b"-12'00'"])
def test_what_lies_behind_a_date_is_told_to_be_nearer(zone):
    info = b"1 0 obj\n(D:20261124120000%s)\nendobj\n" % zone
    body = info + b"2 0 obj\nendobj\n"
    table = b"xref\n0 3\n0000000000 65535 f \n0000000000 00000 n \n%010d 00000 n \n"
    data = body + table % len(info) + b"startxref\n%d\n%%%%EOF" % len(body)
    start, objects = places(timeless(data))
    assert timeless(data)[start:].startswith(b"xref\n")
    assert timeless(data)[objects[2] :].startswith(b"2 0 obj")
    assert b"(D:20000101000000Z)" in timeless(data)
