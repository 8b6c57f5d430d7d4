"""The profile of the terminal (frame rate, theme), chosen from the environment before Textual is imported.

Textual reads its knobs (``TEXTUAL_FPS``, ``TEXTUAL_ANIMATIONS``) when it is imported, so `prepare` has to
come first. A knob the user has set is left alone.
"""

from __future__ import annotations

import locale
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

SSH_FRAMES_PER_SECOND = "15"
LOCAL_FRAMES_PER_SECOND = "60"


@dataclass(frozen=True)
class Profile:
    """What this terminal is like."""

    ssh: bool
    unicode: bool
    colours: bool

    @property
    def theme(self) -> str:
        """An ANSI theme where bytes are dear or colours few: a colour then costs two bytes."""
        return "ansi-dark" if self.ssh or not self.colours else "simorc-dark"

    @property
    def tick(self) -> float:
        """Seconds between updates of a run: every update may repaint a screenful of statuses."""
        return 1 / 8 if self.ssh else 1 / 32


def detect(environment: Mapping[str, str], encoding: str | None = None) -> Profile:
    """The profile of the terminal described by `environment`; `encoding` defaults to the locale's."""
    name = (encoding or locale.getpreferredencoding(False)).lower().replace("-", "")
    ascii_asked = environment.get("SIMORC_ASCII", "") not in ("", "0")
    return Profile(
        ssh=bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY")),
        unicode=name == "utf8" and environment.get("TERM") != "linux" and not ascii_asked,
        colours="NO_COLOR" not in environment and environment.get("TERM") not in ("dumb", "vt100", "vt220"),
    )


def prepare(environment: MutableMapping[str, str], encoding: str | None = None) -> Profile:
    """Set Textual's variables in `environment` to fit the terminal, and return its properties."""
    profile = detect(environment, encoding)
    environment.setdefault("TEXTUAL_FPS", SSH_FRAMES_PER_SECOND if profile.ssh else LOCAL_FRAMES_PER_SECOND)
    environment.setdefault("TEXTUAL_ANIMATIONS", "none")
    return profile
