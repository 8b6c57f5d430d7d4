"""The public door for packages that extend simorc, and packages that break."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from simorc import plugins
from simorc.errors import UsageError
from simorc.executors.registry import executor_called
from simorc.plugin_loading import broken_plugins, plugin_called, plugin_names
from simorc.plugin_loading import plugins as plugins_of
from simorc.runner.retry_policy import RETRY_RULES, installed_retry_rules


def install(site: Path, module: str, code: str, entry_points: str) -> None:
    """A package with entry points, as pip leaves it."""
    about = site / f"{module}-1.0.dist-info"
    about.mkdir(parents=True)
    (site / f"{module}.py").write_text(code)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(entry_points)


@pytest.mark.parametrize("name", plugins.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(plugins, name)
    if name != "SIGNAL_UNIT":
        assert value.__doc__


def test_the_door_costs_nothing_until_a_name_is_used() -> None:
    code = "import sys; import simorc.plugins; print([m for m in sys.modules if m.startswith('simorc.')])"
    reported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert reported.stdout.strip() == "['simorc.plugins']"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = plugins.Nothing


def test_a_package_that_breaks_is_named_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = "[simorc.retry_rules]\nbreaks = ill_one:Rule\n[simorc.executors]\nbreaks = ill_one:make\n"
    install(tmp_path, "ill_one", "raise OSError('no such licence')\n", points)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert installed_retry_rules() == list(RETRY_RULES)
    assert {plugin.package for plugin in broken_plugins()} == {"ill_one"}
    assert "OSError: no such licence" in str(plugins_of("simorc.retry_rules")[0])
    with pytest.raises(UsageError, match="cannot load executor 'breaks' of package ill_one") as caught:
        executor_called("breaks", plugins.Offer(tmp_path, None))
    assert caught.value.remedy == "update or uninstall ill_one"


def test_the_older_name_of_a_group_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "old_one", "class Rule:\n    pass\n", "[simorc.remedies]\nold = old_one:Rule\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert plugin_names("simorc.retry_rules") == ["old"]
    assert plugin_called("simorc.retry_rules", "old").__name__ == "Rule"
    assert type(installed_retry_rules()[0]).__name__ == "Rule"


def test_a_module_of_measurements_is_known_by_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "from simorc.plugins import SIGNAL_UNIT, measurement\n\n"
        '@measurement(analysis="tran", unit=SIGNAL_UNIT)\n'
        "def plugged_last_value(time, signal) -> float:\n"
        '    """The value at the end."""\n'
        "    return float(signal[-1])\n"
    )
    install(tmp_path, "more_measures", code, "[simorc.measurements]\nmore = more_measures\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from simorc.measurements.builtins.registry import find_builtin

    assert find_builtin("plugged_last_value").function([0, 1], [3, 4.5]) == 4.5
