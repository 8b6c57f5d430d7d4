"""Runs a language model on this machine with transformers and an optional PEFT adapter.

Both come with the optional extra ``simorc-tui[llm]``.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from simorc.pipeline.generation.answers import NoAnswer, cut_off

_REMEDY = "pip install 'simorc-tui[llm]', or set llm.endpoint"


def ask_local(call: Mapping[str, Any]) -> str:
    """The model's answer. Raises NoAnswer: a library or the model is missing or does not load."""
    try:
        torch, transformers = _library("torch"), _library("transformers")
        tokenizer, model = _loaded(call, transformers)
        model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        return _complete(call, torch, tokenizer, model)
    except ImportError as error:  # what a model needs besides, such as sentencepiece
        raise _missing(error.name or _first_line(error)) from None


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise _missing(error.name or name) from None
    except (OSError, RuntimeError) as error:
        raise NoAnswer("tool_missing", f"{name} does not load: {_first_line(error)}; {_REMEDY}") from None


def _missing(name: str) -> NoAnswer:
    return NoAnswer("tool_missing", f"{name} is not installed: {_REMEDY}")


def _loaded(call: Mapping[str, Any], transformers: Any) -> tuple[Any, Any]:
    """The tokenizer and the model, with its adapter."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(call["model"])
        model = transformers.AutoModelForCausalLM.from_pretrained(call["model"], torch_dtype="auto")
        return tokenizer, _adapted(model, call["adapter"])
    except (OSError, ValueError, RuntimeError) as error:
        raise NoAnswer("backend_failed", f"cannot load {call['model']}: {_first_line(error)}") from None


def _adapted(model: Any, adapter: str | None) -> Any:
    if not adapter:
        return model
    peft = _library("peft")
    return peft.PeftModel.from_pretrained(model, adapter)


def _complete(call: Mapping[str, Any], torch: Any, tokenizer: Any, model: Any) -> str:
    """Generate after the prompt, and decode what is new."""
    inputs = tokenizer(_text(call, tokenizer), return_tensors="pt").to(model.device)
    sampling: dict[str, Any] = {"do_sample": False}
    if call["temperature"] > 0:
        sampling = {"do_sample": True, "temperature": call["temperature"], "top_p": call["top_p"]}
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    with torch.no_grad():
        output = model.generate(**inputs, max_new_tokens=call["max_tokens"], pad_token_id=pad, **sampling)
    new = output[0][inputs["input_ids"].shape[1] :]
    if len(new) >= call["max_tokens"] and int(new[-1]) not in _last_tokens(tokenizer, model):
        raise cut_off(call)
    return str(tokenizer.decode(new, skip_special_tokens=True))


def _last_tokens(tokenizer: Any, model: Any) -> set[Any]:
    """The tokens that end an answer; a model may have several."""
    own = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    return {tokenizer.eos_token_id, *(own if isinstance(own, list | tuple) else [own])}


def _text(call: Mapping[str, Any], tokenizer: Any) -> str:
    """The prompt in the model's own chat form, where it has one."""
    if not getattr(tokenizer, "chat_template", None):
        return f"{call['system']}\n\n{call['prompt']}\n"
    messages = [{"role": "system", "content": call["system"]}, {"role": "user", "content": call["prompt"]}]
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
