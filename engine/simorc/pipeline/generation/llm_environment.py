"""``USE_A7_LLM=1`` and ``A7_LLM_...``: select a language model for a1 or a7 without editing the pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError

from simorc.config.models.pipeline import PipelineDefinition
from simorc.config.models.pipeline_stages import ADAPTER_AND_ENDPOINT, Llm, Maker
from simorc.config.names import did_you_mean
from simorc.errors import UsageError

FIELDS = {
    "ENDPOINT": "endpoint",
    "BASE_MODEL": "model",
    "ADAPTER": "adapter",
    "MAX_TOKENS": "max_tokens",
    "TEMPERATURE": "temperature",
    "TOP_P": "top_p",
    "TIMEOUT": "timeout",
}
"""Variable after ``A1_LLM_`` or ``A7_LLM_`` -> the key of `llm` it overrides."""
STAGES = ("A1", "A7")
"""The stages whose language model can be set by variables."""
_KNOWN = frozenset(
    {f"USE_{stage}_LLM" for stage in STAGES}
    | {f"{stage}_LLM_{word}" for stage in STAGES for word in (*FIELDS, "API_KEY")}
)
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})


def with_environment(definition: PipelineDefinition, variables: Mapping[str, str]) -> PipelineDefinition:
    """The pipeline with the settings of its language models from the environment. Raises UsageError."""
    stages = dict(definition.stages)
    for name, stage in (("a1", definition.a1), ("a7", definition.a7)):
        stages[name] = _chosen(name.upper(), stage, variables)  # type: ignore[assignment]
    return definition.model_copy(update={"stages": stages})


def unknown_variables(variables: Mapping[str, str]) -> list[str]:
    """A warning for each variable that looks like a setting of a language model and is none."""
    like = re.compile(r"A\d_LLM.*|USE_A\d_?LLM.*")
    return [
        f"unknown environment variable {name}{did_you_mean(name, _KNOWN, cutoff=0.8)}"
        for name in sorted(variables)
        if like.fullmatch(name) and name not in _KNOWN
    ]


def _chosen(prefix: str, stage: Maker, variables: Mapping[str, str]) -> Maker:
    values = {field: variables.get(f"{prefix}_LLM_{word}") for word, field in FIELDS.items()}
    settings = {field: value for field, value in values.items() if value}
    if f"{prefix}_LLM_API_KEY" in variables and stage.llm.api_key_env is None:
        settings["api_key_env"] = f"{prefix}_LLM_API_KEY"
    try:
        llm = Llm.model_validate({**stage.llm.model_dump(), **settings})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{prefix}_LLM_...: {first['loc'][0]}: {first['msg']}") from None
    chosen = {"backend": "llm"} if _selected(f"USE_{prefix}_LLM", variables) else {}
    result = stage.model_copy(update={"llm": llm, **chosen})
    if result.backend == "llm" and llm.adapter is not None and llm.endpoint is not None:
        raise UsageError(
            f"{prefix}_LLM_ADAPTER and {prefix}_LLM_ENDPOINT (or adapter and endpoint of llm): "
            f"{ADAPTER_AND_ENDPOINT}"
        )
    return result


def _selected(name: str, variables: Mapping[str, str]) -> bool:
    """Whether the variable says yes. Raises UsageError for a value that is neither yes nor no."""
    value = variables.get(name, "").strip().lower()
    if value not in _YES | _NO:
        raise UsageError(f"{name}={variables[name]}: expected 1, true, yes or on; 0, false, no or off")
    return value in _YES
