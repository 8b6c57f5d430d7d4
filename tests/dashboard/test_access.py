"""Who may see the pages: a name of this machine, and a port that is held."""

from __future__ import annotations

import socket

import pytest

from simorc.dashboard.access import is_allowed, listen
from simorc.errors import UsageError


def test_a_port_of_another_program_is_refused_before_a_token_is_said() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match=r"port \d+ of 127.0.0.1: Address already in use") as refused:
            listen(other.getsockname()[1], "simorc serve")
    assert "simorc serve --port" in (refused.value.remedy or "")


@pytest.mark.parametrize("host", ["localhost:8000", "LOCALHOST", "127.0.0.1:9000", "[::1]:8000"])
def test_names_of_this_machine(host: str) -> None:
    assert is_allowed(host)


@pytest.mark.parametrize("host", ["", "evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io:8000"])
def test_names_that_others_gave_this_machine(host: str) -> None:
    assert not is_allowed(host)
