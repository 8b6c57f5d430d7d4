"""Input events one after another: a key is handled completely before the next one is looked at.

Textual hands a key to the widget with the focus and takes the next one from the terminal while the first
is still on its way. Two keys of one read (a slow line, key repeat, a paste) would then reach a dialog that
the first one closes, or a field that it leaves. With this queue a burst does what slow typing does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.events import InputEvent, MouseMove
from textual.message_pump import MessagePump

MOST_ROUNDS = 50
"""A screen that keeps sending itself messages does not hold up the keys for ever."""


class InputQueue:
    """Delivers input events in a separate task, so that no message pump waits for itself."""

    def __init__(self, app: App[Any], deliver: Callable[[InputEvent], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._events: asyncio.Queue[InputEvent] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def put(self, event: InputEvent) -> None:
        """Deliver `event` after all earlier ones."""
        self._events.put_nowait(event)

    async def handled(self) -> None:
        """Wait until all events so far have been handled."""
        await self._events.join()

    def start(self) -> None:
        """Begin to deliver; `stop` ends it."""
        self._task = asyncio.create_task(self._run(), name="input queue")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            event = await self._events.get()
            touched = message_pumps(self._app)
            try:
                await self._deliver(event)
            except Exception as error:  # noqa: BLE001 - as in a message pump: the program ends and shows it
                self._app._handle_exception(error)
                return
            if not isinstance(event, MouseMove):
                await settle(self._app, touched)
            self._events.task_done()


def message_pumps(app: App[Any]) -> list[MessagePump]:
    """The pumps that input goes through now: application, screens, what has the focus or is clicked."""
    screens = list(app.screen_stack)
    ends: Iterable[DOMNode | None] = (*(screen.focused for screen in screens), app._mouse_down_widget)
    chains = (node.ancestors_with_self for node in ends if node is not None)
    return list(dict.fromkeys([app, *screens, *(node for chain in chains for node in chain)]))


async def settle(app: App[Any], touched: Iterable[MessagePump] = ()) -> None:
    """Wait until `touched` and the pumps of `message_pumps` have handled all their messages."""
    pumps = dict.fromkeys(touched)
    for _ in range(MOST_ROUNDS):
        pumps.update(dict.fromkeys(message_pumps(app)))
        for pump in list(pumps):
            await _caught_up(pump)
        if not any(_busy(pump) for pump in [*pumps, *message_pumps(app)]):
            return


def _alive(pump: MessagePump) -> bool:
    return pump.is_running or pump._task is not None


def _busy(pump: MessagePump) -> bool:
    return _alive(pump) and (pump.message_queue_size > 0 or bool(pump._next_callbacks))


async def _caught_up(pump: MessagePump) -> None:
    """Wait until a pump has handled the messages it has now, or has ended."""
    handled = asyncio.Event()
    if _alive(pump) and pump.call_later(handled.set):
        waiting = asyncio.create_task(handled.wait())
        ends = [waiting, *([] if pump._task is None else [pump._task])]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
