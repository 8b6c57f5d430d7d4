"""`manifest.json`: everything needed to run and understand a run without its project.

`Manifest` is the only class that uses the file's keys. The file is written once, by `simorc build`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simorc.config.definitions import (
    MeasurementDefinitions,
    PlotSource,
    Specs,
    StopRule,
    measurements_of_json,
    plot_sources,
    specs_of_json,
    wanted_cards,
)
from simorc.config.execution_record import ExecutionRecord, SimulatorRecord
from simorc.errors import StoreError, UsageError
from simorc.files import read_json, write_json
from simorc.rundir.circuit.record import Circuit, circuit_from
from simorc.rundir.instants import CREATED_UTC
from simorc.rundir.layout import RunLayout
from simorc.rundir.manifest_checks import wrong_keys
from simorc.rundir.manifest_records import GitState, Hooks, Host, Tools
from simorc.rundir.store.definitions import stored_definitions

if TYPE_CHECKING:
    from simorc.sweeps.plan import Plan

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Manifest:
    """A run's manifest: the contents of `file`, with the definitions that were changed since.

    Attributes that end in ``_if_known`` are None if the manifest lacks them. Any other attribute that is
    missing and has no default raises `StoreError`.
    """

    file: Path
    _body: Mapping[str, Any] = field(repr=False)

    # What it was built from -----------------------------------------------------------------------

    @property
    def run(self) -> str:
        """The run's name when it was built; empty if not recorded."""
        return str(self._body.get("run") or "")

    @property
    def sweep(self) -> str:
        return str(self._needed("sweep"))

    @property
    def testbench(self) -> str:
        return str(self._needed("testbench"))

    @property
    def created(self) -> str:
        """When the run was built, in local time with its offset; empty if not recorded."""
        return str(self._body.get("created") or "")

    @property
    def created_utc(self) -> str:
        """When it was built, in UTC, later than every run before it."""
        return str(self._needed(CREATED_UTC))

    @property
    def project_root(self) -> Path:
        """Where the project was when the run was built."""
        return Path(self._needed("project_root"))

    @property
    def project_root_if_known(self) -> Path | None:
        root = self._body.get("project_root")
        return Path(root) if root else None

    @property
    def git(self) -> GitState | None:
        """The project's commit; None outside of a repository."""
        found = self._body.get("git")
        return self._record(GitState, "git") if found else None

    @cached_property
    def tools(self) -> Tools:
        return self._record(Tools, "tools")

    @cached_property
    def host(self) -> Host:
        return self._record(Host, "host")

    @property
    def after(self) -> str | None:
        """The sweep whose newest run this one waits for."""
        after = (self._body.get("definition") or {}).get("after")
        return after if isinstance(after, str) else None

    @property
    def stop_rule(self) -> StopRule | None:
        """The stop rule of Monte Carlo; None without one."""
        monte_carlo = (self._body.get("definition") or {}).get("monte_carlo") or {}
        written = monte_carlo.get("stop_when")
        return self._read("definition", StopRule.of_json, written) if written else None

    # Its cases ------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many cases there are."""
        return int(self._needed("total"))

    @property
    def total_if_known(self) -> int | None:
        return self._body.get("total") or None

    @cached_property
    def plan(self) -> Plan:
        """The cases. Raises StoreError for a plan that cannot be read."""
        self._needed("plan")
        plan = self.plan_if_known
        if plan is None:
            raise _invalid(self.file, "its plan is empty")
        return plan

    @cached_property
    def plan_if_known(self) -> Plan | None:
        written = self._body.get("plan")
        if not written:
            return None
        from simorc.sweeps.plan import Plan

        try:
            return Plan.from_json(written)
        except UsageError as error:
            raise _invalid(self.file, error.message) from error

    # Its circuit ----------------------------------------------------------------------------------

    @property
    def template(self) -> str:
        """The template's file name, relative to ``inputs/``."""
        return str(self._needed("template"))

    @property
    def template_directory_if_known(self) -> str | None:
        """The template's directory, relative to the project if it is inside."""
        directory = self._body.get("template_directory")
        return None if directory is None else str(directory)

    @property
    def dut_netlist(self) -> str:
        """The netlist of the device under test, relative to the project; may be empty."""
        return str(self._needed("dut_netlist"))

    @property
    def inputs(self) -> Mapping[str, str]:
        """The SHA-256 of every input by its name."""
        inputs: Mapping[str, str] = self._needed("inputs")
        return inputs

    @property
    def inputs_if_known(self) -> Mapping[str, str] | None:
        return self._body.get("inputs")

    @property
    def has_circuit(self) -> bool:
        """Whether the circuit was recorded; a run of an older simorc has a copy of its template alone."""
        return self._body.get("circuit") is not None

    @cached_property
    def circuit(self) -> Circuit:
        """The circuit the run was built with. Raises StoreError for one that cannot be read."""
        if not self.has_circuit:
            return self._circuit_of_older_run()
        try:
            return circuit_from(self._body["circuit"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"{self.file}: circuit: {error}") from error

    def _circuit_of_older_run(self) -> Circuit:
        template = str(self._body.get("template") or "")
        recorded = self.inputs_if_known or {}
        inputs = {name: digest for name, digest in recorded.items() if not name.endswith(_NOT_SIMULATED)}
        copies = {name: template for name in inputs if Path(name).name == Path(template).name}
        return Circuit(template=template, inputs=inputs, copies=copies, simulator=self.tools.simulator)

    @property
    def reuse(self) -> tuple[str, ...]:
        """The runs that completed cases are taken from, relative to this run."""
        return tuple(self._body.get("reuse") or ())

    # How it is simulated --------------------------------------------------------------------------

    def refuse_without_settings(self) -> None:
        """Raise `StoreError` where the settings of simulator or execution are missing."""
        settings = self._needed("settings")
        if not all(isinstance(settings.get(name), dict) for name in ("simulator", "execution")):
            raise _invalid(self.file, "the sections simulator and execution are missing from the settings")

    @cached_property
    def simulator(self) -> SimulatorRecord:
        return self._settings("simulator", SimulatorRecord.of_json)

    @cached_property
    def execution(self) -> ExecutionRecord:
        return self._settings("execution", ExecutionRecord.of_json)

    def _settings(self, name: str, read: Callable[[Mapping[str, Any]], _Read]) -> _Read:
        section = (self._body.get("settings") or {}).get(name) or {}
        if not isinstance(section, Mapping):
            raise _invalid(self.file, f"invalid value for settings.{name}: not a mapping")
        return self._read(f"settings.{name}", read, section)

    # What is measured -----------------------------------------------------------------------------

    @property
    def measurements(self) -> MeasurementDefinitions:
        """The declared measurements, those across cases among them."""
        self._needed("measurements")
        return self.measurements_if_known or {}

    @cached_property
    def measurements_if_known(self) -> MeasurementDefinitions | None:
        written = self._body.get("measurements")
        return None if written is None else self._read("measurements", measurements_of_json, written)

    @property
    def case_measurements(self) -> MeasurementDefinitions:
        """The measurements that every case has its own value of."""
        return {name: each for name, each in self.measurements.items() if each.across is None}

    @property
    def specs(self) -> Specs:
        """The declared specs by measurement."""
        self._needed("specs")
        return self.specs_if_known or {}

    @cached_property
    def specs_if_known(self) -> Specs | None:
        written = self._body.get("specs")
        return None if written is None else self._read("specs", specs_of_json, written)

    @cached_property
    def plot_specs(self) -> tuple[PlotSource, ...]:
        """Plot specs: names of files, or written in place."""
        return plot_sources(self._body.get("plot_specs") or ())

    @property
    def save(self) -> tuple[str, ...]:
        """The signals that a case stores (none: those of its deck), and ``operating_point``."""
        return tuple(self._body.get("save") or ())

    @property
    def statistical_corners(self) -> Mapping[str, Mapping[str, float]]:
        """The values of random variables that each statistical corner has, by its name."""
        return self._body.get("statistical_corners") or {}

    @property
    def statistical_seeds(self) -> Mapping[str, int]:
        """The seeds of the statistical corners that are samples of runs, by their names."""
        return self._body.get("statistical_seeds") or {}

    @cached_property
    def hooks(self) -> Hooks:
        """The copies of measurements in Python; empty in a run without."""
        return self._record(Hooks, "hooks")

    @property
    def wanted_cards(self) -> tuple[tuple[str, ...], frozenset[str]]:
        """The ``.meas`` cards a case must have a value of, and the cards it may lack, both in lower case."""
        return wanted_cards(self.measurements)

    # As plain data --------------------------------------------------------------------------------

    def provenance(self) -> dict[str, Any]:
        """The provenance of the results, for a report; only what the manifest contains."""
        return {key: self._body[key] for key in _PROVENANCE if self._body.get(key)}

    def causes(self) -> dict[str, Any]:
        """All recorded data that may explain why two runs differ, as plain data."""
        return {key: self._body.get(key) for key in _CAUSES}

    def with_definitions(self, definitions: Mapping[str, Any], source: Path) -> Manifest:
        """This manifest with other definitions, from `source`. Raises `StoreError` for invalid ones."""
        wrong = wrong_keys(definitions)
        if wrong:
            raise StoreError(f"{source}: definitions of {', '.join(wrong)} are invalid")
        return Manifest(self.file, {**self._body, **definitions})

    def with_circuit(
        self, circuit: Circuit, hooks: Hooks, inputs: Mapping[str, str], reuse: Sequence[str]
    ) -> Manifest:
        """This manifest with what is known once the circuit is copied."""
        more = {
            "reuse": list(reuse),
            "inputs": dict(inputs),
            "circuit": circuit.as_json(),
            "hooks": asdict(hooks),
        }
        return Manifest(self.file, {**self._body, **more})

    def write(self) -> None:
        """Write the file. Raises OSError."""
        write_json(self.file, self._body)

    def _needed(self, key: str) -> Any:
        if key not in self._body:
            raise _invalid(self.file, f"{key!r} is missing")
        return self._body[key]

    def _read(
        self, key: str, read: Callable[[Mapping[str, Any]], _Read], written: Mapping[str, Any]
    ) -> _Read:
        try:
            return read(written)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _invalid(self.file, f"invalid value for {key}: {error}") from error

    def _record(self, kind: type[_Record], key: str) -> _Record:
        """A section as its record; keys that are not known here are left out."""
        section = self._body.get(key) or {}
        if not isinstance(section, Mapping):
            raise _invalid(self.file, f"invalid value for {key}: not a mapping")
        return kind(**{each.name: section[each.name] for each in fields(kind) if each.name in section})


_Read = TypeVar("_Read")
_Record = TypeVar("_Record", Tools, Host, GitState, Hooks)

_NOT_SIMULATED = (".sch", ".sym", ".yaml", ".yml")
_PROVENANCE = (
    *("run", "project", "testbench", "created", "measured"),
    *("command_line", "git", "host", "tools", "inputs"),
)
_CAUSES = (
    *("inputs", "tools", "settings", "measurements", "specs"),
    *("definition", "git", "host", "template"),
)


def load_manifest(layout: RunLayout, *, stored: bool = True) -> Manifest:
    """The manifest as written by `simorc build`, with the definitions that were changed since (`simorc
    measure`) as the store has them; raises `StoreError` naming file and reason.

    `stored=False` reads the file alone: nodes of a cluster never open the store.
    """
    built = _as_built(layout.manifest)
    if not stored:
        return built
    return built.with_definitions(stored_definitions(layout.database), layout.database)


def _as_built(file: Path) -> Manifest:
    try:
        body = read_json(file)
    except (OSError, ValueError) as error:
        raise _invalid(file, str(error)) from error
    form = body.get("format")
    if isinstance(form, int) and form > FORMAT:
        raise StoreError(f"{file}: written by a newer simorc", remedy="update simorc")
    wrong = wrong_keys(body)
    if form != FORMAT or wrong:
        raise _invalid(file, f"invalid value for {', '.join(wrong or ['format'])}")
    return Manifest(file, body)


def _invalid(file: Path, reason: str) -> StoreError:
    return StoreError(
        f"{file}: not a run's manifest: {reason}", remedy="restore it from an archive or a copy"
    )
