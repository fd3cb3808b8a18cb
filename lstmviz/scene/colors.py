"""One colour per gate everywhere, two themes, and perceptually even colour maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

ROLE_OF_ARRAY = {
    "input_gate": "i",
    "forget_gate": "f",
    "candidate": "g",
    "output_gate": "o",
    "cell_state": "c",
    "cell_output": "h",
    "hidden_state": "h",
    "input": "x",
    "output": "y",
}
"""The colour role of each traced array."""


@dataclass(frozen=True)
class Theme:
    """Colours by role. `i f g o c h x` colour shapes; the same with `_text` colour words."""

    name: str
    roles: dict[str, str]

    def __getitem__(self, role: str) -> str:
        return role if role.startswith("#") else self.roles[role]


_GATES = {
    "i": "#0072B2",
    "f": "#D55E00",
    "g": "#009E73",
    "o": "#AA4499",
    "c": "#B8860B",
    "h": "#3B4CC0",
    "x": "#7A828E",
    "y": "#7A828E",
}

LIGHT = Theme(
    "light",
    {
        **_GATES,
        "i_text": "#00639B",
        "f_text": "#A84A00",
        "g_text": "#00704F",
        "o_text": "#963B87",
        "c_text": "#7A5900",
        "h_text": "#3B4CC0",
        "x_text": "#5B6370",
        "y_text": "#5B6370",
        "window": "#F3F4F6",
        "panel": "#FFFFFF",
        "card": "#FFFFFF",
        "edge": "#DDE1E7",
        "faint": "#EEF0F3",
        "ink": "#1B2433",
        "muted": "#5B6572",
        "accent": "#163A63",
        "on_accent": "#FFFFFF",
        "glow": "#FFF3C4",
        "note": "#FBF7E9",
        "note_edge": "#E4D6A4",
        "note_text": "#5C4A00",
        "bad": "#C62828",
        "bad_fill": "#FDECEA",
        "empty": "#EEF0F3",
        "mark": "#111111",
        "plus": "#B4622F",
        "minus": "#2F857D",
    },
)

DARK = Theme(
    "dark",
    {
        **_GATES,
        "i": "#3B9BD9",
        "f": "#F0813A",
        "g": "#2DBE94",
        "o": "#D07CC2",
        "c": "#D9A92E",
        "h": "#8591F0",
        "x": "#98A1AE",
        "y": "#98A1AE",
        "i_text": "#6DB8EA",
        "f_text": "#F79B62",
        "g_text": "#4FD0AA",
        "o_text": "#E09AD4",
        "c_text": "#E5BE55",
        "h_text": "#A3ACF7",
        "x_text": "#B1B9C5",
        "y_text": "#B1B9C5",
        "window": "#12161C",
        "panel": "#1A2029",
        "card": "#202733",
        "edge": "#323B49",
        "faint": "#262E3A",
        "ink": "#E8ECF2",
        "muted": "#A3ADBA",
        "accent": "#7FB2EA",
        "on_accent": "#0D1420",
        "glow": "#4A4122",
        "note": "#2B2719",
        "note_edge": "#5C5126",
        "note_text": "#EBDCA6",
        "bad": "#FF7B72",
        "bad_fill": "#3A1F20",
        "empty": "#262E3A",
        "mark": "#FFFFFF",
        "plus": "#E0904F",
        "minus": "#5CC0B6",
    },
)

THEMES = {"light": LIGHT, "dark": DARK}

_STOPS = {
    ("sequential", "light"): ("#EDF2F9", "#5E93C8", "#0B2D5E"),
    ("sequential", "dark"): ("#2A3547", "#3F78B4", "#CFE6FF"),
    ("diverging", "light"): ("#0A5A55", "#5DAAA3", "#F1EFEB", "#D9895B", "#8A3205"),
    ("diverging", "dark"): ("#7FE3D8", "#2F8C84", "#2E3643", "#C06A35", "#FFC7A0"),
}


@lru_cache
def colormap(name: str, theme: str) -> NDArray[np.uint8]:
    """256 RGB rows of a map ("sequential", "diverging"), even in OKLab lightness.

    Row 255 is the mark colour of not-finite values, rows 0..254 are the scale.
    Colours are interpolated in OKLab (Ottosson 2020), where equal steps look equal.
    """
    stops = np.array([_oklab(stop) for stop in _STOPS[name, theme]])
    # Place each stop by its lightness, so that lightness runs evenly along each arm.
    steps = np.abs(np.diff(stops[:, 0]))
    places = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0.0, places[-1], 255)
    lab = np.stack([np.interp(at, places, stops[:, k]) for k in range(3)], axis=1)
    table = np.empty((256, 3), np.uint8)
    table[:255] = _rgb(lab)
    table[255] = [255, 0, 160]
    table.setflags(write=False)
    return table


_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _oklab(color: str) -> NDArray[np.float64]:
    srgb = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lab: NDArray[np.float64] = _TO_LAB @ np.cbrt(_TO_LMS @ linear)
    return lab


def _rgb(lab: NDArray[np.float64]) -> NDArray[np.uint8]:
    linear = ((lab @ np.linalg.inv(_TO_LAB).T) ** 3) @ np.linalg.inv(_TO_LMS).T
    linear = np.clip(linear, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(srgb * 255).astype(np.uint8)
