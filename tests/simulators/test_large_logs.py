"""Large logs are judged while the event loop serves other cases."""

from __future__ import annotations

import threading
from typing import NoReturn

import pytest
from anyio import to_thread

from simorc.simulators.large_logs import LARGE, judged_aside


@pytest.mark.parametrize(("size", "aside"), [(0, False), (LARGE, False), (LARGE + 1, True)])
async def test_a_large_log_is_judged_in_another_thread(size: int, aside: bool) -> None:
    where = await judged_aside(size, threading.get_ident)
    assert (where != threading.get_ident()) == aside


async def test_a_machine_without_threads_judges_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: object) -> NoReturn:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(to_thread, "run_sync", refuse)
    assert await judged_aside(LARGE + 1, "{}{more}".format, 1, more=2) == "12"
