import cmath
import struct
import wave
from itertools import pairwise

import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs import FileInput, Frames, build

RATE = 8000


def written(path, samples, width=2, channels=1):
    """A file of the standard library's `wave`; samples are whole numbers, channels in turn."""
    data = b"".join(
        (value + 128 * (width == 1)).to_bytes(width, "little", signed=width > 1)
        for value in samples
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(RATE)
        file.writeframes(data)
    return str(path)


def riff(form, data, extra=b""):
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + extra
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def form(code=1, channels=1, rate=RATE, bits=16):
    block = channels * bits // 8
    return struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits)


def read(path, size=None, **frames):
    return build(FileInput(str(path), frames=Frames(**frames)), size, None)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_width_of_pcm_is_read_in_its_range(tmp_path, width):
    top = 2 ** (8 * width - 1)
    path = written(tmp_path / "a.wav", [0, top // 2, -top, top - 1], width)
    values = read(path, length=2).values
    np.testing.assert_allclose(values, [[0, 0.5], [-1, (top - 1) / top]], atol=1e-12)


def test_two_channels_are_averaged_and_said(tmp_path):
    path = written(tmp_path / "a.wav", [16384, 0, 0, -16384], channels=2)
    sequence = read(path, 1)
    assert sequence.values.tolist() == [[0.25], [-0.25]]
    assert sequence.notes[0].startswith("8,000 Hz, 2 channels averaged: frames of 1 samples")


def test_floats_and_extensible_headers_are_read(tmp_path):
    data = struct.pack("<4f", 0.5, -0.25, 1.0, 0.0)
    path = tmp_path / "a.wav"
    path.write_bytes(riff(form(3, bits=32), data, extra=b"LIST\x03\x00\x00\x00abc\x00"))
    assert read(path, 4).values.tolist() == [[0.5, -0.25, 1.0, 0.0]]
    header = bytearray(form(0xFFFE, bits=32)) + struct.pack("<HHI", 22, 32, 4)
    path.write_bytes(riff(bytes(header) + struct.pack("<H", 3) + bytes(14), data))
    assert read(path, 4).values.tolist() == [[0.5, -0.25, 1.0, 0.0]]


def test_frames_fit_the_network_and_steps_are_told_in_seconds(tmp_path):
    path = written(tmp_path / "a.wav", range(100))
    sequence = read(path, 16)
    assert sequence.values.shape == (6, 16)
    assert sequence.seconds == 16 / RATE and sequence.labels[5] == "0.010 s"
    overlapping = read(path, 16, hop=4)
    assert overlapping.values.shape == (22, 16)
    np.testing.assert_allclose(overlapping.values[3] * 32768, np.arange(12, 28))


def test_a_spectrum_is_that_of_the_definition(tmp_path):
    samples = [round(20000 * np.sin(2 * np.pi * 1000 * n / RATE)) for n in range(64)]
    path = written(tmp_path / "a.wav", samples)
    sequence = read(path, 17, kind="spectrum", length=32, hop=32)
    window = [0.5 - 0.5 * np.cos(2 * np.pi * n / 32) for n in range(32)]
    for k in range(17):
        total = sum(
            w * s / 32768 * cmath.exp(-2j * cmath.pi * k * n / 32)
            for n, (w, s) in enumerate(zip(window, samples[:32], strict=True))
        )
        expected = np.log10(max(abs(total) * 2 / sum(window), 1e-5))
        assert sequence.values[0, k] == pytest.approx(expected, abs=1e-6)
    assert sequence.values[0].argmax() == 4 and sequence.columns[4] == "1000 Hz"
    assert sequence.values[0, 4] == pytest.approx(np.log10(20000 / 32768), abs=1e-3)


def test_bands_are_means_of_neighbouring_frequencies(tmp_path):
    generator = np.random.default_rng(0)
    path = written(tmp_path / "a.wav", generator.integers(-9999, 9999, 512).tolist())
    fine = 10 ** read(path, 17, kind="spectrum", length=32, hop=16).values
    coarse = 10 ** read(path, 5, kind="spectrum", length=32, hop=16).values
    edges = [0, 3, 7, 10, 14, 17]
    for band, (low, high) in enumerate(pairwise(edges)):
        np.testing.assert_allclose(coarse[:, band], fine[:, low:high].mean(axis=1), rtol=1e-6)


def test_usual_frames_are_taken_where_no_network_asks(tmp_path):
    path = written(tmp_path / "a.wav", [0] * 4000)
    assert read(path).values.shape == (62, 64)
    spectrum = read(path, kind="spectrum")
    assert spectrum.values.shape == (30, 40) and (spectrum.values == -5).all()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no RIFF WAVE"),
        (b"RIFF\x00\x00\x00\x00AVI ", "no RIFF WAVE"),
        (b"RIFF\x00\x00\x00\x00WAVE", "no data chunk"),
        (riff(form(), b""), "holds no sound"),
        (riff(form(), b"a"), "holds no sound"),
        (riff(form(code=2, bits=4), bytes(8)), "format 2 of 4 bits"),
        (riff(form(bits=12), bytes(8)), "whole numbers of 12 bits"),
        (riff(form(channels=0), bytes(8)), "claims 0 channels"),
        (riff(form(channels=65), bytes(800)), "claims 65 channels"),
        (riff(form(rate=0), bytes(8)), "at 0 Hz"),
        (riff(b"\x01", bytes(8)), "damaged format"),
        (riff(form(), bytes(64))[:-9], "claims 64 bytes of sound but holds 55"),
        (riff(form(), bytes(6)), "3 samples, fewer than one frame of 8"),
        (riff(form(3, bits=32), struct.pack("<8f", *[np.nan] * 8)), "column 1 is NaN"),
        (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "its sound before its format"),
        (riff(form(), b"")[:-4] + b"\xff\xff\xff\xff", "claims 4,294,967,295 bytes of sound"),
    ],
)
def test_hostile_files_are_refused_in_a_sentence(tmp_path, data, says):
    path = tmp_path / "bad.wav"
    path.write_bytes(data)
    with pytest.raises(LstmvizError) as caught:
        read(path, 8)
    assert says in str(caught.value) and "bad.wav" in str(caught.value)


def test_cut_off_anywhere_it_is_refused_or_read(tmp_path):
    whole = riff(form(), bytes(range(64)))
    path = tmp_path / "a.wav"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(LstmvizError):
            read(path, 8)


def test_frames_out_of_range_and_over_the_budget_are_refused(tmp_path, monkeypatch):
    path = written(tmp_path / "a.wav", [0] * 100_000)
    with pytest.raises(LstmvizError, match="frame hop 0 is outside"):
        read(path, hop=0)
    with pytest.raises(LstmvizError, match="'cepstrum' are not one of samples, spectrum"):
        read(path, kind="cepstrum")
    with pytest.raises(LstmvizError, match="9 frequencies, fewer than the 40 bands"):
        read(path, 40, kind="spectrum", length=16)
    with pytest.raises(LstmvizError, match="12 columns, but the network reads 8"):
        read(path, 8, length=12)
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.01")
    with pytest.raises(LstmvizError, match="steps of 64 values"):
        read(path, 64, hop=1)
