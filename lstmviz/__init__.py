"""See inside any LSTM: sizes, gates and states.

`load` or `random_network` gives a `Network`; `trace` runs one and names every array; `compare`
holds a run against a framework's own output; `view` opens the window, `export_figure` draws to a
file. Importing lstmviz imports no Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lstmviz.version import __version__

if TYPE_CHECKING:
    from lstmviz.api import (
        Agreement as Agreement,
    )
    from lstmviz.api import (
        HeadSpec as HeadSpec,
    )
    from lstmviz.api import (
        LstmvizError as LstmvizError,
    )
    from lstmviz.api import (
        Network as Network,
    )
    from lstmviz.api import (
        Trace as Trace,
    )
    from lstmviz.api import (
        compare as compare,
    )
    from lstmviz.api import (
        export_figure as export_figure,
    )
    from lstmviz.api import (
        load as load,
    )
    from lstmviz.api import (
        load_trace as load_trace,
    )
    from lstmviz.api import (
        random_network as random_network,
    )
    from lstmviz.api import (
        save as save,
    )
    from lstmviz.api import (
        trace as trace,
    )
    from lstmviz.api import (
        try_gate_orders as try_gate_orders,
    )
    from lstmviz.api import (
        view as view,
    )

__all__ = [
    "Agreement",
    "HeadSpec",
    "LstmvizError",
    "Network",
    "Trace",
    "__version__",
    "compare",
    "export_figure",
    "load",
    "load_trace",
    "random_network",
    "save",
    "trace",
    "try_gate_orders",
    "view",
]


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for.

    So `lstmviz doctor` can speak where NumPy is missing, and the command line can answer
    Ctrl-C while NumPy loads.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lstmviz import api

    value = globals()[name] = getattr(api, name)
    return value


def __dir__() -> list[str]:
    return __all__
