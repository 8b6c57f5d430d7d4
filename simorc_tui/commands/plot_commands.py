"""The keys of a plot; bindings of widgets and lines of the help are generated from these tables."""

from __future__ import annotations

from simorc_tui.commands.command import Command

ZOOM = 2.0
PAN = 0.25


def _command(name: str, label: str, key: str, action: str, help_text: str) -> Command:
    return Command(name, label, key, help_text, action)


PLOT_COMMANDS: tuple[Command, ...] = (
    _command("plot.zoom_in", "zoom in", "plus", f"zoom({1 / ZOOM})", "Zoom in around the active cursor"),
    _command("plot.zoom_out", "zoom out", "minus", f"zoom({ZOOM})", "Zoom out"),
    _command("plot.pan_left", "pan left", "h", f"pan({-PAN})", "Pan to the left"),
    _command("plot.pan_right", "pan right", "l", f"pan({PAN})", "Pan to the right"),
    _command(
        "plot.zoom_in_y",
        "zoom in y",
        "greater_than_sign",
        f"zoom_y({1 / ZOOM})",
        "Zoom y in around the first curve at the cursor",
    ),
    _command("plot.zoom_out_y", "zoom out y", "less_than_sign", f"zoom_y({ZOOM})", "Zoom y out"),
    _command("plot.pan_up", "pan up", "k,up", f"pan_y({PAN})", "Pan up (also the arrow key)"),
    _command("plot.pan_down", "pan down", "j,down", f"pan_y({-PAN})", "Pan down (also the arrow key)"),
    _command("plot.strip", "strip", "s", "strip", "Select the next strip for y zoom and pan"),
    _command("plot.fit", "fit", "0", "fit", "Show the full range of x and y"),
    _command("plot.cursor", "cursors", "m", "cursor", "Show one cursor, two with Δ, 1/Δ and slope, or none"),
    _command("plot.left", "cursor left", "left", "nudge(-1)", "Move the active cursor to the left"),
    _command("plot.right", "cursor right", "right", "nudge(1)", "Move the active cursor to the right"),
    _command("plot.other_cursor", "other cursor", "v", "other_cursor", "Activate the other cursor"),
    _command("plot.log_x", "log x", "X", "log_x", "Logarithmic or linear x"),
    _command("plot.log_y", "log y", "Y", "log_y", "Logarithmic or linear y"),
    _command("plot.export", "export", "f6", "export", "Write the visible plot as SVG, PNG or CSV"),
)

WAVE_COMMANDS: tuple[Command, ...] = (
    _command("wave.choose", "traces", "c", "choose", "Select traces"),
    _command("wave.expression", "expression", "equals_sign", "expression", "Add an expression as a trace"),
    _command("wave.spectrum", "FFT", "f", "spectrum", "FFT of the visible time range; press again for time"),
    _command("wave.taper", "FFT window", "B", "taper", "Next FFT window: Hann, Blackman-Harris, ..."),
    _command("wave.keep", "save view", "f7", "keep", "Save the visible plot as a plot spec"),
    _command("wave.next", "next plot", "right_square_bracket", "view(1)", "Next plot of the case"),
    _command("wave.previous", "previous plot", "left_square_bracket", "view(-1)", "Previous plot"),
)

LANE_COMMANDS: tuple[Command, ...] = (
    _command("lanes.zoom_in", "zoom in", "plus", f"zoom({1 / ZOOM})", "Zoom in around the cursor"),
    _command("lanes.zoom_out", "zoom out", "minus", f"zoom({ZOOM})", "Zoom out"),
    _command("lanes.pan_left", "pan left", "h", f"pan({-PAN})", "Pan to the left"),
    _command("lanes.pan_right", "pan right", "l", f"pan({PAN})", "Pan to the right"),
    _command("lanes.fit", "fit", "0", "fit", "Show all of the time"),
    _command("lanes.left", "cursor left", "left", "nudge(-1)", "Move the cursor to the left"),
    _command("lanes.right", "cursor right", "right", "nudge(1)", "Move the cursor to the right"),
    _command("lanes.next", "next change", "n", "change(1)", "Cursor to the next change of the signal"),
    _command("lanes.previous", "change before", "N", "change(-1)", "Cursor to the change before"),
    _command("lanes.down", "next signal", "j,down", "lane(1)", "Select the next signal"),
    _command("lanes.up", "signal before", "k,up", "lane(-1)", "Select the signal before"),
)

PLOT_GROUPS = {"plot": "In a plot", "wave": "In the waveforms"}
