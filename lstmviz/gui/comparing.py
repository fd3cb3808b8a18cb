"""The newest run beside a framework's own output, in the background."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from lstmviz.analysis.agreement import Agreement
from lstmviz.gui.background import Background
from lstmviz.models import Progress
from lstmviz.models.gateorder import GATE_ORDERS
from lstmviz.scene.run import Run
from lstmviz.session import resolve
from lstmviz.session.compared import agreement, ranked, tries


class Comparing(QObject):
    """Compares each finished run with a file, and tries every gate order when asked to.

    `changed` tells that `found`, `orders` or `words` are others: what was found of this run, of
    every gate order, and a sentence where there is nothing found yet or what went wrong.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: Agreement | None = None
        self.orders: dict[str, Agreement] = {}
        self.words = ""
        self._run: Run | None = None
        self._path: str | None = None
        self.one = Background("compare", self)
        self.all = Background("orders", self)
        self.one.done.connect(lambda found: self._tell(found=found))
        self.one.failed.connect(lambda error: self._tell(words=str(error)))
        self.all.progressed.connect(
            lambda done, total: self._tell(found=self.found, words=f"Trying {done} of {total} …")
        )
        self.all.done.connect(self._tried)
        self.all.failed.connect(lambda error: self._tell(found=self.found, words=str(error)))

    def follow(self, run: Run, path: str | None) -> None:
        """Compare this run if it is finished and another than the one before."""
        path_changed = path != self._path
        if not path_changed and run is self._run:
            return
        if path_changed or not _same_model(run, self._run):
            self.orders = {}
            self.all.cancel()
        self._run, self._path = run, path
        self.one.cancel()
        self._tell()
        trace = run.trace
        if path is not None and trace is not None and run.finished:
            self.one.start(lambda progress: agreement(trace, path))

    def try_all(self) -> None:
        """Run every gate order over the same input."""
        run, path = self._run, self._path
        if run is None or run.network is None or path is None:
            return

        def work(progress: Progress) -> dict[str, Agreement]:
            resolved = resolve(run.document)
            assert resolved.network is not None
            found: dict[str, Agreement] = {}
            steps = tries(
                resolved.network,
                resolved.sequence.values,
                path,
                resolved.initial,
                lambda: progress(len(found), len(GATE_ORDERS)),
            )
            for order, each in steps:
                found[order] = each
            return ranked(found)

        self.all.start(work)
        self._tell(found=self.found, words="Trying all orders …")

    def close(self) -> None:
        """End everything."""
        self.one.close()
        self.all.close()

    def _tried(self, orders: dict[str, Agreement]) -> None:
        self.orders = orders
        self._tell(found=self.found)

    def _tell(self, found: Agreement | None = None, words: str = "") -> None:
        self.found, self.words = found, words
        self.changed.emit()


def _same_model(run: Run, other: Run | None) -> bool:
    """Whether two runs are of one file and input, whatever the order of its gates."""
    if other is None:
        return False
    return run.certificate is other.certificate and run.sequence is other.sequence
