"""Environment variables that select a language model."""

from __future__ import annotations

from pathlib import Path

import pytest

from simorc.cli.main import run
from simorc.config.models.pipeline import PipelineDefinition
from simorc.errors import UsageError
from simorc.pipeline.generation.llm_environment import unknown_variables, with_environment


@pytest.mark.parametrize("word", ["1", "true", "TRUE", "yes", "on"])
def test_every_spelling_of_yes_selects_the_model(word: str) -> None:
    plain = PipelineDefinition.model_validate({"top": "a", "rtl": "a.sv"})
    assert with_environment(plain, {"USE_A7_LLM": word}).a7.backend == "llm"
    assert with_environment(plain, {"USE_A1_LLM": word}).a1.backend == "llm"


@pytest.mark.parametrize("word", ["", "0", "false", "No", "off"])
def test_every_spelling_of_no_leaves_the_backend(word: str) -> None:
    plain = PipelineDefinition.model_validate({"top": "a", "rtl": "a.sv"})
    assert with_environment(plain, {"USE_A7_LLM": word}).a7.backend == "template"


def test_a_word_that_is_neither_yes_nor_no() -> None:
    plain = PipelineDefinition.model_validate({"top": "a", "rtl": "a.sv"})
    with pytest.raises(UsageError, match="USE_A7_LLM=ja: expected 1, true"):
        with_environment(plain, {"USE_A7_LLM": "ja"})


@pytest.mark.parametrize("written", [{}, {"endpoint": "http://a/v1"}, {"adapter": "x"}])
def test_variables_never_join_an_adapter_with_an_endpoint(written: dict[str, str]) -> None:
    stages = {"a7": {"backend": "llm", "llm": written}}
    plain = PipelineDefinition.model_validate({"top": "a", "rtl": "a.sv", "stages": stages})
    both = {"A7_LLM_ENDPOINT": "http://a/v1", "A7_LLM_ADAPTER": "x"}
    given = {name: value for name, value in both.items() if name.rpartition("_")[2].lower() not in written}
    with pytest.raises(UsageError, match=r"A7_LLM_ADAPTER and A7_LLM_ENDPOINT.*remove one"):
        with_environment(plain, given)


def test_unknown_variables_are_warned_of() -> None:
    known = {"USE_A7_LLM", "A7_LLM_MAX_TOKENS", "A1_LLM_API_KEY", "PATH", "A7", "USE_A7"}
    assert unknown_variables(dict.fromkeys(known, "1")) == []
    unknown = dict.fromkeys(("A7_LLM_MAXTOKENS", "USE_A7LLM", "A4_LLM_TOP_P", "A1_LLM_ZZZ"), "1")
    assert unknown_variables(unknown) == [
        "unknown environment variable A1_LLM_ZZZ",
        "unknown environment variable A4_LLM_TOP_P (did you mean 'A7_LLM_TOP_P'?)",
        "unknown environment variable A7_LLM_MAXTOKENS (did you mean 'A7_LLM_MAX_TOKENS'?)",
        "unknown environment variable USE_A7LLM (did you mean 'USE_A7_LLM'?)",
    ]


def test_pipeline_run_warns_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sim_setup.yaml").write_text("pipelines: {}\n")
    monkeypatch.setenv("A7_LLM_MAXTOKENS", "9")
    assert run(["pipeline", "run", "none", "--project", str(tmp_path)]) != 0
    warning = "warning: unknown environment variable A7_LLM_MAXTOKENS (did you mean 'A7_LLM_MAX_TOKENS'?)"
    printed = capsys.readouterr().err
    assert printed.index(warning) < printed.index("no pipeline 'none'")
