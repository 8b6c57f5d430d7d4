"""The builder accepts, refuses and counts any text of a sweep as `simorc validate` and `simorc build` do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from simorc.config.project import Project
from simorc.config.yaml.edit import SweepText
from simorc.errors import SimorcError
from simorc.launch.case_plan import plan_of
from simorc.launch.project_checks import refuse_problems
from simorc_tui.data.sweep_draft import count_cases

TEXTS = int(os.environ.get("SIMORC_TEST_TEXTS", "150"))
"""How many texts are tried; 1000 take half a minute."""
REFUSED = "refused"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "s.yaml").write_text("testbench: t\n")
    (root / "t").mkdir()
    (root / "t" / "t.spice").write_text("* t\n.end\n")
    (root / "t" / "config.yaml").write_text("parameters: {r: 1k, c: 1p, temp: 27, corner: tt, m: nch}\n")
    (root / "sim_setup.yaml").write_text("testbenches: {t: t}\nsweeps: {s: s.yaml}\n")
    return root


@pytest.fixture(scope="module")
def project(root: Path) -> Project:
    return Project.load(root)


NAMES = st.sampled_from(["r", "c", "temp", "corner", "m", "r", "c", "temp"]) | st.sampled_from(
    ["TEMP", "rr", "sample", "1r", "'r'", "null"]
)
VALUES = st.sampled_from(
    ["1", "2", "1k", "1000", "1.0", "-0", "0", "+3", "1e3", "2.50", "10kOhm", "1M", "100MHz", "1к", "1_000"]
) | st.sampled_from(
    ["ss", "tt", "'1k'", '"2"', "true", "no", "~", "1:30", "0x10", ".5", "1.", "5V", "[1]", "{a: 1}", "1k5"]
)
FEW = st.lists(VALUES, min_size=0, max_size=4)
ENDS = st.sampled_from(["0", "1", "10", "1k", "-40", "1p", "x"])
RANGES = st.tuples(
    ENDS,
    ENDS,
    st.sampled_from(
        ["num: 3", "num: 1", "num: 0", "step: 1", "step: 0.1", "step: -1", "steps: 3", "num: 2.5"]
    ),
    st.sampled_from(["", ", scale: log", ", scale: lin", ", scale: dec"]),
).map(lambda parts: f"{{start: {parts[0]}, stop: {parts[1]}, {parts[2]}{parts[3]}}}")


def listed(values: list[str]) -> str:
    return f"[{', '.join(values)}]"


AXES = FEW.map(listed) | RANGES | VALUES


def mapping(names: st.SearchStrategy[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entries = st.lists(st.tuples(names, values), max_size=3, unique_by=lambda entry: entry[0])
    return entries.map(lambda found: "{" + ", ".join(f"{name}: {value}" for name, value in found) + "}")


DISTRIBUTIONS = st.sampled_from(
    [
        *("{normal: {mean: 1k, sigma: 10}}", "{normal: {mean: 1, sigma: -1}}", "{lognormal: {mean: 1}}"),
        *("{uniform: {low: 1, high: 2}}", "{uniform: {low: 2, high: 1}}", "{uniform: {min: 1, max: 2}}"),
        "{truncated: {mean: 1, sigma: 0.1, low: 0, high: 2}}",
        "{truncated_normal: {mean: 1, sigma: 0.1, low: 0, high: 2}}",
        *("{triangular: {low: 0, high: 2, mode: 1}}", "{triangular: {low: 0, high: 2}}", "normal", "{}"),
        "{normal: {mean: 1, sigma: 1}, uniform: {low: 1, high: 2}}",
    ]
)
MONTE_CARLO = st.tuples(
    st.sampled_from(["samples: 3", "samples: 1k", "samples: 0", "samples: 1M", "sample: 3", "samples: 2.5"]),
    st.sampled_from(["", ", seed: 1", ", seed: -1", ", sampling: lhs", ", sampling: best"]),
    st.just("") | mapping(NAMES, DISTRIBUTIONS).map(", distributions: {}".format),
    st.sampled_from(["", "", "", ", stop_when: {width: 0.1}", ", stop_when: {spec: gain, target: 0.9}"]),
).map(lambda parts: "{" + "".join(parts) + "}")
CONDITIONS = st.sampled_from(
    [
        *(
            "r > 1",
            "corner == 'ss'",
            "corner=ss r>1",
            "hh > 3",
            "r >",
            "[r > 1, temp < 0]",
            "temp in [27, 125]",
        ),
        *("r > 'x'", "1 / (r - 1000) > 0", "", "~", "{r: 1}", "sample < 2", "r == missing", "-r>1", "ss"),
    ]
)
SECTIONS = st.one_of(
    mapping(NAMES, AXES).map("parameters: {}".format),
    mapping(NAMES, AXES).map("parameters: {}".format),
    mapping(NAMES, FEW.map(listed)).map("zip: {}".format),
    st.lists(mapping(NAMES, FEW.map(listed)), max_size=2).map(lambda groups: f"zip: {listed(groups)}"),
    mapping(st.sampled_from(["hot", "cold", "hot"]), mapping(NAMES, VALUES) | st.just("")).map(
        "corners: {}".format
    ),
    MONTE_CARLO.map("monte_carlo: {}".format),
    mapping(NAMES, FEW.map(listed)).map("sensitivity: {}".format),
    CONDITIONS.map("exclude: {}".format),
    CONDITIONS.map("include: {}".format),
    st.sampled_from(
        [
            *("after: s", "after: q", "after: s passed", "label: x", "specs: {y: {min: 1}}", "corners: [1]"),
            *(
                "measurements: {y: {expr: max(}}",
                "measurements: {y: {measure: no_such}}",
                "plot_specs: p.yaml",
            ),
            *("measurements: {y: {python: h.py:f}}", "execution: {jobs: x}", "execution: {executor: none}"),
            *("simulator: {name: none}", "simulator: {spiceinit: none}", "unknown: 1", "parameters:", "zip:"),
        ]
    ),
)
SWEEPS = st.tuples(
    st.sampled_from(["testbench: t", "testbench: t", "testbench: t", "testbench: t", "testbench: q", ""]),
    st.lists(SECTIONS, max_size=4),
).map(lambda parts: "\n".join([parts[0], *parts[1]]) + "\n")


def verdict_of_engine(root: Path, text: str) -> int | str:
    """The number of cases that a run would have, as far as `simorc build` decides it by the files."""
    path = root / "s.yaml"
    path.write_text(text)
    try:
        loaded = Project.load(root)
        definition = loaded.sweep("s").definition
        refuse_problems(loaded, definition, path, "s")
        return len(plan_of(loaded, definition, source=path))
    except SimorcError:
        return REFUSED


def verdict_of_builder(root: Path, project: Project, text: str) -> int | str:
    try:
        return count_cases(SweepText(text, root / "s.yaml"), project)[0]
    except SimorcError:
        return REFUSED


@settings(max_examples=TEXTS, deadline=None, suppress_health_check=list(HealthCheck))
@given(SWEEPS)
@example("testbench: t\ncorners: {nominal: , high: {r: 2k}}\n")
@example("testbench: t\nparameters: {r: [1, 2], rr: [1, 2]}\n")
@example("testbench: t\nparameters: {r: [[1, 2]]}\n")
@example("testbench: t\nparameters: {temp: [1, 2], TEMP: [1, 2]}\n")
@example("testbench: t\nzip: {r: [1, 2], c: [1]}\n")
@example("testbench: t\nmonte_carlo: {samples: 2, stop_when: {width: 0.1}}\n")
@example("testbench: t\nexecution: {executor: none}\n")
@example("testbench: t\nsimulator: {name: none}\n")
@example("[1]\n")
@example("a: b: c\n")
def test_builder_and_engine_agree(root: Path, project: Project, text: str) -> None:
    assert verdict_of_builder(root, project, text) == verdict_of_engine(root, text)


def test_generated_texts_are_both_accepted_and_refused(root: Path, project: Project) -> None:
    verdicts = []

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(SWEEPS)
    def judge(text: str) -> None:
        verdicts.append(verdict_of_builder(root, project, text))

    judge()
    refused = verdicts.count(REFUSED)
    assert 20 < refused < len(verdicts) - 20
    assert len(set(verdicts)) > 4
