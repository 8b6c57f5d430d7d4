"""Settings from the command line and from environment variables."""

from __future__ import annotations

import pytest

from simorc.config.models.execution import ExecutionSettings
from simorc.config.overrides import override_layer, variable_layer


def execution(layer_sections: object) -> ExecutionSettings:
    assert isinstance(layer_sections, ExecutionSettings)
    return layer_sections


def test_options_that_were_not_given_are_no_settings() -> None:
    layer, problems = override_layer({"execution.jobs": 4, "execution.timeout": None})
    assert problems == []
    found = execution(layer.sections["execution"])
    assert (found.jobs, found.model_fields_set) == (4, {"jobs"})


@pytest.mark.parametrize("variable", ["SIMORC_JOBS", "SIMORC_EXECUTION_JOBS"])
def test_a_variable_has_a_short_and_a_long_name(variable: str) -> None:
    layer, problems = variable_layer({variable: "3", "HOME": "/root"})
    assert problems == []
    assert execution(layer.sections["execution"]).jobs == 3
    assert layer.origin(("execution", "jobs")) == variable


def test_the_long_name_counts_before_the_short_one() -> None:
    layer, _ = variable_layer({"SIMORC_EXECUTION_JOBS": "8", "SIMORC_JOBS": "3"})
    assert execution(layer.sections["execution"]).jobs == 8


def test_several_variables_of_a_section() -> None:
    layer, problems = variable_layer({"SIMORC_JOBS": "2", "SIMORC_TIMEOUT": "10m"})
    assert problems == []
    found = execution(layer.sections["execution"])
    assert (found.jobs, found.timeout) == (2, 600)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SIMORC_EXECUTION_JBOS": "3"}, "unknown setting"),
        ({"SIMORC_JOBS": "many"}, ""),
        ({"SIMORC_SIMULATOR_ARGS": "'open"}, "invalid command line"),
    ],
)
def test_a_wrong_variable_is_named(variables: dict[str, str], words: str) -> None:
    layer, (problem,) = variable_layer(variables)
    assert layer.sections == {}
    assert str(problem.file) in variables
    assert words in problem.message


def test_an_empty_variable_is_none() -> None:
    layer, problems = variable_layer({"SIMORC_JOBS": ""})
    assert (layer.sections, problems) == ({}, [])


def test_an_unknown_option_is_refused() -> None:
    _, (problem,) = override_layer({"execution.jbos": 4})
    assert problem.key == "execution.jbos"
    assert "execution.jobs" in problem.message
