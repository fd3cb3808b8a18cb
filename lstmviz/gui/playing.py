"""Where the player's buttons and its clock take the view."""

from __future__ import annotations

from lstmviz.engine.spec import stages
from lstmviz.gui.player import Clock, Place, advance
from lstmviz.gui.store import Store
from lstmviz.scene.picture import fitted


class Playing:
    """Moves the view of a store through steps and stages."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        clock.ticked.connect(self.tick)

    @property
    def steps(self) -> int:
        """How many steps there are to stand at: none while the shapes do not fit."""
        spec = self._store.spec
        return self._store.run.steps if spec and spec.possible else 0

    def go(self, step: int) -> None:
        """To a step, at its end."""
        if self.steps:
            step = min(max(step, 0), self.steps - 1)
            self._store.look(step=step, stage=self.order()[-1])

    def do(self, name: str) -> None:
        """One of the player's buttons."""
        view, steps = self._store.view, self.steps
        if not steps:
            if name == "play":
                self._clock.play(False)
            return
        if name == "play":
            self._play(not self._clock.playing)
        elif name in ("next-stage", "previous-stage"):
            self._advance(1 if name == "next-stage" else -1)
        else:
            targets = {"first": 0, "previous": view.step - 1, "next": view.step + 1}
            self.go(targets.get(name, steps - 1))

    def _play(self, on: bool) -> None:
        view = self._store.view
        if on and view.step >= self.steps - 1:
            self._store.look(step=0, stage=self.order()[0] if view.stages else self.order()[-1])
        self._clock.set_speed(view.speed)
        self._clock.play(on)

    def _advance(self, by: int) -> bool:
        view = self._store.view
        place = advance(Place(view.step, view.stage), self.order(), self.steps, by)
        if place is not None:
            self._store.look(step=place.step, stage=place.stage)
        return place is not None

    def tick(self) -> None:
        """One stage or step on; at the end start again or stop."""
        view, steps = self._store.view, self.steps
        if not steps:
            return
        order = self.order()
        if view.stages:
            moved = self._advance(1)
        else:
            moved = view.step + 1 < steps
            if moved:
                self.go(view.step + 1)
        if not moved:
            if view.loop:
                self._store.look(step=0, stage=order[0] if view.stages else order[-1])
            else:
                self._clock.play(False)

    def order(self) -> tuple[str, ...]:
        """The stages of a step in the layer that is looked at."""
        spec = self._store.spec
        return stages(spec, fitted(self._store.view, spec).layer) if spec else ("output",)
