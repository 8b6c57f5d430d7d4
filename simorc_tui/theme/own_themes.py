"""The themes of this program, dark and light: quiet surfaces, one accent, state colours."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="simorc-dark",
    primary="#6cb6ff",
    secondary="#93a1b3",
    accent="#6cb6ff",
    foreground="#d8dee9",
    background="#10151c",
    surface="#161d27",
    panel="#1c2530",
    success="#5fd38d",
    warning="#f0c05a",
    error="#ff7b86",
    dark=True,
    variables={"running": "#5fd3e8", "scrollbar": "#2a3644", "scrollbar-background": "#10151c"},
)
LIGHT = Theme(
    name="simorc-light",
    primary="#0b5fb3",
    secondary="#5a6673",
    accent="#0b5fb3",
    foreground="#1f2933",
    background="#fbfaf7",
    surface="#f1efe9",
    panel="#e8e5dc",
    success="#1a7040",
    warning="#8a5a00",
    error="#b3202c",
    dark=False,
    variables={"running": "#0a6a80", "scrollbar": "#cfcabc", "scrollbar-background": "#fbfaf7"},
)
OWN_THEMES = (DARK, LIGHT)
