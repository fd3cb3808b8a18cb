"""Sound: `.wav` files cut into frames, a frame a step.

The chunks are read here, as Python's `wave` refuses floats and, before 3.12, extensible headers.
PCM of 8, 16, 24 and 32 bits and floats of 32 and 64 are known (RIFF WAVE, Microsoft 1994).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.memory import VARIABLE, budget, size_text
from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown
from lstmviz.inputs.columns import chosen, scaled
from lstmviz.inputs.recipes import FileInput, Frames
from lstmviz.inputs.sequence import Sequence, check_size, check_width, checked_finite, numbered

KINDS = ("samples", "spectrum")
USUAL = {"samples": 64, "spectrum": 40}
"""Values a frame has where no network asks for a number: samples, or bands."""
WINDOW_SECONDS = 0.025
LONGEST_FRAME = 2**20
FLOOR = 1e-5
"""Magnitudes are not taken for less than this, which is −100 dB of a full sine."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_KINDS = {(_PCM, 8): "<u1", (_PCM, 16): "<i2", (_PCM, 24): "", (_PCM, 32): "<i4"}
_KINDS |= {(_FLOAT, 32): "<f4", (_FLOAT, 64): "<f8"}


@dataclass(frozen=True)
class _Form:
    """What the header says: samples a second, channels, and the type of a sample."""

    rate: int
    channels: int
    code: int
    bits: int
    start: int
    bytes: int

    @property
    def samples(self) -> int:
        """Number of samples of each channel."""
        return self.bytes // (self.channels * self.bits // 8)


def check(frames: Frames) -> None:
    """Raise `LstmvizError` for an unknown kind, and for lengths out of range."""
    if frames.kind not in KINDS:
        raise LstmvizError(f"frames of {frames.kind[:40]!r} are not one of {', '.join(KINDS)}.")
    for name, value in (("length", frames.length), ("hop", frames.hop)):
        if value is not None and not 1 <= value <= LONGEST_FRAME:
            raise LstmvizError(f"frame {name} {value:,} is outside 1 to {LONGEST_FRAME:,} samples.")


def from_file(recipe: FileInput, input_size: int | None) -> Sequence:
    """The frames of a sound: (steps, samples a frame) or (steps, bands); channels are averaged.

    Samples lie in −1 … 1. A spectrum is log10 of the mean magnitude in bands of equal width of
    a frame under a Hann window, of a full sine 0. Its window has 25 ms or so where no length is
    given. Raises `LstmvizError` for what is no such file or ends too early, for a sound shorter
    than a frame, for a wrong width and a result over the memory budget.
    """
    check(recipe.frames)
    where = shown(recipe.path)
    with reading(recipe.path) as stream:
        form = _form(stream, where)
        length, hop, width = _plan(form, recipe, input_size, where)
        sound = _sound(stream, form, where)
    starts = (len(sound) - length) // hop + 1
    windows = np.lib.stride_tricks.sliding_window_view(sound, length)[::hop][:starts]
    values = windows.copy() if recipe.frames.kind == "samples" else _spectrum(windows, width)
    names = _names(recipe.frames.kind, form.rate, length, width)
    if recipe.columns:
        places = chosen(recipe.columns, names, where)
        values, names = values[:, places], tuple(names[k] for k in places)
    check_width(where, len(names), input_size)
    values, told = scaled(checked_finite(values, where), recipe.scaling, names)
    sequence = numbered(values, Path(recipe.path).name)
    notes = (_told(form, recipe.frames.kind, length, hop), *told)
    labels = tuple(f"{k * hop / form.rate:.3f} s" for k in range(starts))
    return replace(sequence, columns=names, labels=labels, seconds=hop / form.rate, notes=notes)


def told(path: str) -> str:
    """A sound in a few words, by its header: its rate, its length, its channels if several.

    Raises `LstmvizError` as `from_file` does for what is no such file.
    """
    with reading(path) as stream:
        form = _form(stream, shown(path))
    seconds = f"{form.samples / form.rate:,.3f}".rstrip("0").rstrip(".")
    return (
        f"{form.rate:,} samples a second, {seconds} s ({form.samples:,} samples){_channels(form)}"
    )


def _channels(form: _Form) -> str:
    return "" if form.channels == 1 else f", {form.channels} channels averaged"


def _plan(
    form: _Form, recipe: FileInput, input_size: int | None, where: str
) -> tuple[int, int, int]:
    """Samples a frame, samples from frame to frame, and values a frame."""
    frames = recipe.frames
    fits = input_size if input_size is not None and not recipe.columns else USUAL[frames.kind]
    if frames.kind == "samples":
        length = frames.length or fits
        width, hop = length, frames.hop or length
    else:
        usual = 2 ** max(round(np.log2(max(WINDOW_SECONDS * form.rate, 1))), 1)
        length = frames.length or max(usual, 2 * fits)
        width, hop = fits, frames.hop or max(length // 2, 1)
    most = length if frames.kind == "samples" else length // 2 + 1
    if width > most:
        raise LstmvizError(
            f"{where}: a frame of {length:,} samples has {most:,} frequencies, fewer than the "
            f"{width:,} bands asked for; give frames of {2 * width:,} samples."
        )
    if form.samples < length:
        raise LstmvizError(
            f"{where} has {form.samples:,} samples, fewer than one frame of {length:,}; give "
            "shorter frames."
        )
    steps = (form.samples - length) // hop + 1
    check_size(where, steps, width + (length if frames.kind == "spectrum" else 0), 8)
    return length, hop, width


def _form(stream: IO[bytes], where: str) -> _Form:
    """The header, with its claims held against the file."""
    size = os.fstat(stream.fileno()).st_size
    head = stream.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise LstmvizError(f"{where} is not a WAV file (no RIFF WAVE); save the sound as WAV.")
    layout: tuple[int, int, int, int] | None = None
    for _ in range(1000):
        head = stream.read(8)
        if len(head) < 8:
            break
        name, length = head[:4], int.from_bytes(head[4:], "little")
        start = stream.tell()
        if name == b"fmt ":
            layout = _layout(stream.read(min(length, 64)), where)
        elif name == b"data" and layout is not None:
            return _checked(_Form(*layout, start, length), size, where)
        elif name == b"data":
            raise LstmvizError(f"{where} has its sound before its format; save it again.")
        stream.seek(start + length + length % 2)
    raise LstmvizError(f"{where} holds no sound (no data chunk); it is cut off or damaged.")


def _layout(chunk: bytes, where: str) -> tuple[int, int, int, int]:
    """(rate, channels, code, bits) of a format chunk."""
    if len(chunk) < 16:
        raise LstmvizError(f"{where} has a damaged format; save it again.")
    code, channels, rate, _, block, bits = struct.unpack("<HHIIHH", chunk[:16])
    if code == _EXTENSIBLE and len(chunk) >= 26:
        code = int.from_bytes(chunk[24:26], "little")
    if (code, bits) not in _KINDS:
        what = {_PCM: "whole numbers", _FLOAT: "floats"}.get(code, f"format {code}")
        raise LstmvizError(
            f"{where} holds {what} of {bits} bits; save it as PCM of 8, 16, 24 or 32 bits, or as "
            "32-bit floats."
        )
    if not 1 <= channels <= 64 or not 1 <= rate <= 10_000_000 or block != channels * bits // 8:
        raise LstmvizError(
            f"{where} claims {channels} channels at {rate:,} Hz in blocks of {block}; it is "
            "damaged, so save it again."
        )
    return rate, channels, code, bits


def _checked(form: _Form, size: int, where: str) -> _Form:
    """The form, if its sound is in the file, is whole and not too large."""
    if form.start + form.bytes > size:
        raise LstmvizError(
            f"{where} claims {form.bytes:,} bytes of sound but holds {size - form.start:,}; it is "
            "cut off, so copy or save it again."
        )
    if form.samples == 0:
        raise LstmvizError(f"{where} holds no sound; give one of at least a frame.")
    needed = form.samples * (8 + form.channels * 8)
    if needed > budget():
        raise LstmvizError(
            f"{where} would take {size_text(needed)} as {form.samples:,} samples, more than the "
            f"{size_text(budget())} allowed; shorten it, or raise {VARIABLE}."
        )
    return form


def _sound(stream: IO[bytes], form: _Form, where: str) -> NDArray[np.floating]:
    """(samples,) numbers in −1 … 1, the channels averaged."""
    stream.seek(form.start)
    data = stream.read(form.samples * form.channels * form.bits // 8)
    if len(data) != form.samples * form.channels * form.bits // 8:
        raise LstmvizError(f"{where} ends too early; it is being changed, so retry.")
    if form.bits == 24:
        raw = np.frombuffer(data, np.uint8).reshape(-1, 3)
        whole = np.zeros((len(raw), 4), np.uint8)
        whole[:, 1:] = raw
        numbers: NDArray[np.floating] = whole.view("<i4").ravel() / 2.0**31
    else:
        kept = np.frombuffer(data, _KINDS[form.code, form.bits])
        if form.code == _FLOAT:
            numbers = kept.astype(np.float64)
        else:
            middle = 128 if form.bits == 8 else 0
            numbers = (kept.astype(np.float64) - middle) / 2.0 ** (form.bits - 1)
    return np.asarray(numbers.reshape(-1, form.channels).mean(axis=1))


def _spectrum(windows: NDArray[np.floating], bands: int) -> NDArray[np.floating]:
    """(frames, bands): log10 of the mean magnitude of each band, a full sine being 0."""
    length = windows.shape[1]
    shape = np.hanning(length + 1)[:-1] if length > 1 else np.ones(1)
    edges = np.linspace(0, length // 2 + 1, bands + 1).round().astype(int)
    values = np.empty((len(windows), bands))
    for start in range(0, len(windows), 512):  # so that the transforms take little at a time
        part = np.abs(np.fft.rfft(windows[start : start + 512] * shape, axis=1))
        sums = np.add.reduceat(part * (2 / shape.sum()), edges[:-1], axis=1)
        values[start : start + 512] = np.log10(np.maximum(sums / np.diff(edges), FLOOR))
    return values


def _names(kind: str, rate: int, length: int, width: int) -> tuple[str, ...]:
    """The names of a frame's values: sample numbers, or the middles of the bands."""
    if kind == "samples":
        return tuple(f"sample {k}" for k in range(width))
    edges = np.linspace(0, length // 2 + 1, width + 1).round()
    middles = (edges[:-1] + edges[1:] - 1) / 2 * rate / length
    return tuple(f"{hertz:.0f} Hz" for hertz in middles)


def _told(form: _Form, kind: str, length: int, hop: int) -> str:
    what = {"samples": "frames", "spectrum": "log-magnitude spectra"}[kind]
    return (
        f"{form.rate:,} Hz{_channels(form)}: {what} of {length:,} samples "
        f"({1000 * length / form.rate:.3g} ms), every {hop:,} ({1000 * hop / form.rate:.3g} ms)."
    )
