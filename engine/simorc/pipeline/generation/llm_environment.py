"""``USE_A7_LLM=1`` and ``A7_LLM_...``: select a language model for a1 or a7 without editing the pipeline."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from simorc.config.models.pipeline import Llm, Maker, PipelineDefinition
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


def with_environment(definition: PipelineDefinition, variables: Mapping[str, str]) -> PipelineDefinition:
    """The pipeline with the settings of its language models from the environment. Raises UsageError."""
    stages = dict(definition.stages)
    for name, stage in (("a1", definition.a1), ("a7", definition.a7)):
        stages[name] = _chosen(name.upper(), stage, variables)  # type: ignore[assignment]
    return definition.model_copy(update={"stages": stages})


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
    update: dict[str, object] = {"llm": llm}
    if variables.get(f"USE_{prefix}_LLM") == "1":
        update["backend"] = "llm"
    return stage.model_copy(update=update)
