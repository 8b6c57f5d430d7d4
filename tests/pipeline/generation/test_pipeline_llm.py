"""Language models: an OpenAI-compatible endpoint on this machine, a tiny local model where torch is."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest

from simorc.config.models.pipeline import PipelineDefinition
from simorc.errors import UsageError
from simorc.pipeline.generation.answers import NoAnswer
from simorc.pipeline.generation.ask_model import ask
from simorc.pipeline.generation.llm_environment import with_environment
from simorc.pipeline.rundir.results import EXIT_CODES
from tests.model_server import Model, call, settings, steps
from tests.toggle_design import GOOD
from tests.waiting import PATIENCE

Make = Callable[..., Any]


@pytest.mark.iverilog
def test_a_model_writes_the_rtl_from_the_spec(loop: Make, model: Model) -> None:
    model.answers = [f"Here you are:\n```systemverilog\n{GOOD}```\n"]
    work = loop(a1={**settings(model, model="tiny", temperature=0.5, max_tokens=99, top_p=0.5)})
    assert steps(work.run()) == ["a1:passed", "a7:passed", "simulation:passed"]
    asked = model.asked[0]
    assert asked["path"] == "/v1/chat/completions"
    assert (asked["model"], asked["temperature"], asked["max_tokens"], asked["top_p"]) == (
        "tiny",
        0.5,
        99,
        0.5,
    )
    assert "q changes with each clock" in asked["messages"][1]["content"]
    folder = work.layout.attempt_dir(1, "a1")
    assert (folder / "prompt.txt").read_text() == asked["messages"][1]["content"]
    assert (folder / "answer.txt").read_text() == model.answers[0]


@pytest.mark.iverilog
def test_what_went_wrong_is_in_the_next_prompt(loop: Make, model: Model) -> None:
    model.answers = [f"```\n{GOOD.replace('~q', 'q')}```", f"```\n{GOOD}```"]
    work = loop(a1=settings(model))
    assert steps(work.run())[2] == "simulation:test_failed"
    assert work.result["state"] == "passed"
    again = model.asked[1]["messages"][1]["content"]
    assert "## What went wrong" in again and "q is 0, expected 1" in again and "else q <= q;" in again


@pytest.mark.iverilog
def test_a_model_writes_the_testbench_with_its_context(loop: Make, model: Model) -> None:
    model.answers = ['```verilog\nmodule tb;\n  initial $display("TEST PASSED");\nendmodule\n```']
    work = loop(a7=settings(model))
    setup = work.root / "sim_setup.yaml"
    written = json.loads(setup.read_text())
    written["pipelines"]["toggle"]["context"] = ["house_style.md"]
    setup.write_text(json.dumps(written))
    (work.root / "house_style.md").write_text("Two blanks of indentation.\n")
    work.run()
    assert work.result["state"] == "passed"
    prompt = (work.layout.verification / "prompt.txt").read_text()
    assert "Two blanks of indentation." in prompt and "module toggle" in prompt and "TEST PASSED" in prompt
    assert (work.layout.verification / "context" / "house_style.md").is_file()
    # The testbench keeps no waveforms itself; they are there all the same.
    assert (work.layout.path / work.result["vcd_file"]).is_file()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("I am a teapot.", "bad_answer"),
        ("```verilog\nmodule something_else; endmodule\n```", "bad_answer"),
        ("BARE:<html>not JSON</html>", "bad_answer"),
        ('BARE:{"choices": []}', "bad_answer"),
        ('BARE:{"choices": [{"message": {"content": null}}]}', "bad_answer"),
        ("REFUSE", "backend_failed"),
        ("DROP", "backend_failed"),
        ("HANG", "backend_timeout"),
        ("DRIP", "backend_timeout"),
        ("x" * 10_000_000, "answer_too_large"),
    ],
    ids=["rubbish", "other", "html", "empty", "null", "refuse", "drop", "hang", "drip", "10MB"],
)
def test_a_model_that_misbehaves_is_asked_again_and_given_up(
    loop: Make, model: Model, answer: str, kind: str
) -> None:
    model.answers = [answer]
    work = loop(a1=settings(model, timeout=1 if kind == "backend_timeout" else PATIENCE))
    trace = work.run()
    assert steps(trace) == [f"a1:{kind}", f"a1:{kind}"]
    assert [line["decision"]["action"] for line in trace] == ["regenerate", "abort"]
    assert len(model.asked) == 2
    assert sum(path.stat().st_size for path in work.layout.path.rglob("*") if path.is_file()) < 2_000_000


def test_nobody_listens(loop: Make) -> None:
    work = loop(a1={"backend": "llm", "llm": {"endpoint": "http://127.0.0.1:9/v1", "timeout": PATIENCE}})
    assert steps(work.run()) == ["a1:backend_failed"] * 2


def test_an_endpoint_is_an_http_address(loop: Make) -> None:
    work = loop(a1={"backend": "llm", "llm": {"endpoint": "file:///etc", "timeout": PATIENCE}})
    trace = work.run()
    assert steps(trace) == ["a1:backend_failed"] * 2
    assert "http" in trace[0]["message"]


@pytest.mark.iverilog
def test_the_environment_chooses_the_model(loop: Make, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    model.answers = [f"```\n{GOOD}```"]
    variables = {"USE_A1_LLM": "1", "A1_LLM_ENDPOINT": model.address, "A1_LLM_BASE_MODEL": "house"}
    for name, value in {**variables, "A1_LLM_TEMPERATURE": "0", "A1_LLM_API_KEY": "secret"}.items():
        monkeypatch.setenv(name, value)
    work = loop()
    work.run()
    assert work.result["stages"]["a1"]["metrics"]["backend"] == "llm"
    assert (model.asked[0]["model"], model.asked[0]["temperature"]) == ("house", 0)
    assert model.keys == ["Bearer secret"]
    kept = "".join(path.read_text(errors="replace") for path in work.layout.path.rglob("*") if path.is_file())
    assert "secret" not in kept


def test_variables_of_both_stages() -> None:
    plain = PipelineDefinition.model_validate({"top": "a", "rtl": "a.sv"})
    assert plain.a7.llm.model == "Qwen/Qwen2.5-Coder-7B-Instruct" and plain.a7.backend == "template"
    variables = {
        "USE_A7_LLM": "1",
        "A7_LLM_ADAPTER": "adapters/a7",
        "A7_LLM_MAX_TOKENS": "77",
        "A7_LLM_TOP_P": "0.5",
        "A1_LLM_BASE_MODEL": "other",
    }
    chosen = with_environment(plain, variables)
    assert chosen.a7.backend == "llm" and chosen.a1.backend == "template"
    assert (chosen.a7.llm.adapter, chosen.a7.llm.max_tokens, chosen.a7.llm.top_p) == ("adapters/a7", 77, 0.5)
    assert chosen.a1.llm.model == "other"
    assert with_environment(plain, {"USE_A7_LLM": "0"}).a7.backend == "template"
    with pytest.raises(UsageError, match=r"A7_LLM_.*temperature"):
        with_environment(plain, {"A7_LLM_TEMPERATURE": "hot"})


@pytest.mark.skipif(importlib.util.find_spec("transformers") is not None, reason="transformers is installed")
def test_without_transformers_the_extra_is_named() -> None:
    with pytest.raises(NoAnswer, match=r"simorc-tui\[llm\]") as caught:
        ask(call("any"))
    assert caught.value.fault == "tool_missing"


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_a_run_without_torch_ends_at_once_with_exit_code_5(loop: Make) -> None:
    work = loop(a1={"backend": "llm"})
    assert steps(work.run()) == ["a1:tool_missing"]
    assert "torch is not installed: pip install 'simorc-tui[llm]'" in work.result["message"]
    assert EXIT_CODES[work.result["kind"]] == 5


class Batch(dict[str, Any]):
    """What a tokenizer makes of a text."""

    def to(self, device: str) -> Batch:
        return self


class FakeTokenizer:
    chat_template = "yes"
    pad_token_id = None
    eos_token_id = 7

    def apply_chat_template(self, messages: list[dict[str, str]], **_: Any) -> str:
        return " / ".join(message["content"] for message in messages)

    def __call__(self, text: str, **_: Any) -> Batch:
        assert text == "s / p"
        return Batch(input_ids=numpy.array([[1, 2, 3]]))

    def decode(self, tokens: Any, **_: Any) -> str:
        return " ".join(map(str, tokens))


class FakeModel:
    device = "cpu"

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.adapter = ""

    def to(self, device: str) -> FakeModel:
        assert device == "cpu"
        return self

    def eval(self) -> FakeModel:
        return self

    def generate(self, **asked: Any) -> Any:
        self.asked = asked
        return numpy.array([[1, 2, 3, 40, 50]])


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """torch, transformers and peft as far as they are called."""
    fake = FakeModel()

    def load(name: str, **_: Any) -> FakeModel:
        if name == "absent":
            raise OSError("no such model\nand more")
        return fake

    def adapt(model: FakeModel, adapter: str) -> FakeModel:
        model.adapter = adapter
        return model

    cuda = SimpleNamespace(is_available=lambda: False)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(no_grad=nullcontext, cuda=cuda))
    loaders = {
        "AutoTokenizer": SimpleNamespace(from_pretrained=lambda name: FakeTokenizer()),
        "AutoModelForCausalLM": SimpleNamespace(from_pretrained=load),
    }
    monkeypatch.setitem(sys.modules, "transformers", SimpleNamespace(**loaders))
    peft = SimpleNamespace(PeftModel=SimpleNamespace(from_pretrained=adapt))
    monkeypatch.setitem(sys.modules, "peft", peft)
    return fake


def test_a_local_model_gets_the_chat_and_gives_what_is_new(libraries: FakeModel) -> None:
    assert ask(call("house")) == "40 50"
    assert libraries.asked["do_sample"] is False and libraries.asked["max_new_tokens"] == 5
    assert libraries.asked["pad_token_id"] == 7 and libraries.adapter == ""


def test_a_local_model_with_an_adapter_and_sampling(libraries: FakeModel) -> None:
    ask({**call("house"), "adapter": "a7", "temperature": 0.3, "top_p": 0.8})
    assert libraries.adapter == "a7"
    assert (libraries.asked["temperature"], libraries.asked["top_p"]) == (0.3, 0.8)


def test_a_local_model_that_does_not_load(libraries: FakeModel) -> None:
    assert libraries.asked == {}
    with pytest.raises(NoAnswer, match=r"cannot load absent: no such model$") as caught:
        ask(call("absent"))
    assert caught.value.fault == "backend_failed"


@pytest.mark.parametrize("library", ["torch", "transformers", "peft"])
@pytest.mark.parametrize(
    "error", [ImportError("no"), OSError("libcudart.so.12: not found"), RuntimeError("x")]
)
def test_a_library_that_does_not_load_is_a_missing_tool(
    libraries: FakeModel, monkeypatch: pytest.MonkeyPatch, library: str, error: Exception
) -> None:
    imported = importlib.import_module

    def load(name: str) -> Any:
        if name == library:
            raise error
        return imported(name)

    monkeypatch.setattr(importlib, "import_module", load)
    with pytest.raises(NoAnswer, match=rf"{library}.*simorc-tui\[llm\]") as caught:
        ask({**call("house"), "adapter": "a7"})
    assert caught.value.fault == "tool_missing" and libraries.asked == {}


def test_what_a_tokenizer_needs_besides_is_a_missing_tool(
    libraries: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(name: str) -> None:
        raise ImportError("needs it", name="sentencepiece")

    monkeypatch.setattr(sys.modules["transformers"], "AutoTokenizer", SimpleNamespace(from_pretrained=load))
    with pytest.raises(NoAnswer, match="sentencepiece is not installed") as caught:
        ask(call("house"))
    assert caught.value.fault == "tool_missing" and libraries.asked == {}


@pytest.mark.parametrize(("last", "whole"), [(50, False), (7, True)])
def test_a_local_answer_of_max_tokens_is_cut_off_unless_it_ends(
    libraries: FakeModel, monkeypatch: pytest.MonkeyPatch, last: int, whole: bool
) -> None:
    monkeypatch.setattr(libraries, "generate", lambda **_: numpy.array([[1, 2, 3, 40, last]]))
    with nullcontext() if whole else pytest.raises(NoAnswer, match="A7_LLM_MAX_TOKENS"):
        assert ask({**call("house"), "max_tokens": 2}) == "40 7"


def test_a_tiny_local_model_answers(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    words = {word: number for number, word in enumerate(["<unk>", "<eos>", "s", "p", "module", "endmodule"])}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>", eos_token="<eos>")
    fast.save_pretrained(tmp_path)
    config = transformers.LlamaConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        eos_token_id=1,
    )
    made_model = transformers.LlamaForCausalLM(config)
    made_model.generation_config.forced_eos_token_id = 1  # its answer ends within max_tokens
    made_model.save_pretrained(tmp_path)
    answer = ask(call(str(tmp_path)))
    assert answer == ask(call(str(tmp_path)))  # temperature 0: the same each time
    assert len(answer.split()) <= 5
