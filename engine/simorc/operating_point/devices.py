"""The devices of a circuit: their names, terminals, models and the parameters that ngspice has of each.

They come from two outputs of ngspice: ``listing expand`` has the full names, nodes and models, ``show all``
has the parameters of each kind of model. ``show`` cuts names to 21 characters, so that neither is sufficient.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

_LISTED = re.compile(r"^ *(\d+) : (.*)$")
_BLOCK = re.compile(r"^ (?P<type>[^\s:]+): ")
_CUT = 21
"""The length to which ``show`` cuts names."""
_BIN = re.compile(r"\.\d+$")

POLARITIES = {
    **dict.fromkeys(("nmos", "npn", "njf", "nmf", "vdmosn", "nhfet"), 1),
    **dict.fromkeys(("pmos", "pnp", "pjf", "pmf", "vdmosp", "phfet"), -1),
}
"""The words of ``.model`` cards that name the polarity of a transistor."""
TRANSISTORS = "mqjzn"
"""The first letters of transistors; ``n`` is a compact model in Verilog-A."""
_TERMINALS = {"m": 4, "q": 3, "j": 3, "z": 3, "n": 4}


@dataclass(frozen=True, slots=True)
class Device:
    """One device of the flat circuit.

    `name` is that of ngspice (``m.xota.xm1.m0``), `instance` the one shown (``xota.xm1``, see
    `named_by_instance`). `kind` is the word of its ``.model`` card (``nmos``); empty for a device without
    one. `type` is ngspice's name of the kind of model (``BSIM4``), `parameters` what it has values of.
    """

    name: str
    instance: str
    nodes: tuple[str, ...]
    model: str = ""
    kind: str = ""
    type: str = ""
    parameters: frozenset[str] = frozenset()

    @property
    def letter(self) -> str:
        return self.name[0]

    @property
    def polarity(self) -> int:
        """1 for n-channel and npn, -1 for p-channel and pnp, 0 if the device has none."""
        return POLARITIES.get(self.kind, 0)


def devices_of(listing: str, shown: str) -> tuple[Device, ...]:
    """The devices in ``listing expand``, with the types and parameters in ``show all``."""
    listed = tuple(_listed(listing))
    instances = named_by_instance([each.name for each in listed])
    groups = tuple(_shown(shown))
    return tuple(
        replace(_typed(each, groups), instance=instance)
        for each, instance in zip(listed, instances, strict=True)
    )


def circuit_signature(listing: str) -> tuple[tuple[str, ...], ...]:
    """What `devices_of` depends on, from any output that contains a ``listing expand``: equal for two cases
    whose devices have the same names and the same kinds of models.
    """
    cards = _cards(listing)
    models = _models(cards)
    return tuple((each.name, *models.get(each.model, ())) for each in _devices(cards, models))


def _listed(listing: str) -> Iterator[Device]:
    cards = _cards(listing)
    return _devices(cards, _models(cards))


def _cards(listing: str) -> list[str]:
    """The cards in a listing. The title is listed unless it is a comment, as line 1 of the deck or, after a
    ``reset``, as line 0.
    """
    lines = [match for line in listing.splitlines() if (match := _LISTED.match(line))]
    first = 1 if lines and int(lines[0][1]) < 2 else 0
    return [match[2].strip() for match in lines[first:]]


def _devices(cards: Iterable[str], models: Models) -> Iterator[Device]:
    for card in cards:
        words = card.split()
        if words and words[0][0].isalpha():
            yield _device(words, models)


Models = Mapping[str, tuple[str, ...]]
"""Each model by its name, with and without the number of its bin: its kind (``nmos``), level and version."""


def _models(cards: Iterable[str]) -> Models:
    found: dict[str, tuple[str, ...]] = {}
    for card in cards:
        if not card.startswith(".model"):
            continue
        words = card.replace("(", " ").split()
        if len(words) > 2:
            described = (words[2], *(_setting(card, name) for name in ("level", "version")))
            found[words[1]] = described
            found.setdefault(_BIN.sub("", words[1]), described)
    return found


def _setting(card: str, name: str) -> str:
    match = re.search(rf"\b{name}\s*=\s*(\S+)", card)
    return match[1] if match else ""


def _device(words: Sequence[str], models: Models) -> Device:
    name, letter = words[0], words[0][0]
    plain = next((place for place, word in enumerate(words) if "=" in word), len(words))
    places = [place for place in range(2, plain) if words[place] in models]
    if not places or letter not in "mqjzndrclsw":
        return Device(name, name, tuple(words[1:3]))
    place = places[-1]
    kind = models[words[place]][0]
    return Device(name, name, tuple(words[1 : min(place, 1 + _TERMINALS.get(letter, 2))]), words[place], kind)


@dataclass(frozen=True, slots=True)
class _Group:
    """One block of ``show``: devices of one type, their names and models cut."""

    type: str
    columns: frozenset[tuple[str, str]]
    parameters: frozenset[str]


def _shown(text: str) -> Iterator[_Group]:
    for block in re.split(r"\n(?= [^\s:]+: )", "\n" + text):
        lines = block.strip("\n").splitlines()
        if len(lines) < 3 or (match := _BLOCK.match(lines[0])) is None:
            continue
        rows = [line.split() for line in lines[1:] if line.strip()]
        names, models = rows[0][1:], rows[1][1:] if rows[1][0] == "model" else []
        columns = frozenset(zip_longest(names, models[: len(names)], fillvalue=""))
        yield _Group(match["type"], columns, frozenset(row[0] for row in rows[1:]) - {"model"})


def _typed(device: Device, groups: Iterable[_Group]) -> Device:
    """The device with its type; of several types that its cut name may mean, what all of them have."""
    models = {device.model[:_CUT], device.model} if device.model else set()
    called = {device.name, device.name[:_CUT]}
    of_name = [(group, model) for group in groups for name, model in group.columns if name in called]
    of_model = [group for group, model in of_name if any(_is_model(model, wanted) for wanted in models)]
    candidates = of_model or [group for group, _ in of_name]
    if not candidates:
        return device
    parameters = frozenset.intersection(*(group.parameters for group in candidates))
    types = {group.type for group in candidates}
    return replace(device, type=types.pop() if len(types) == 1 else "", parameters=parameters)


def _is_model(shown: str, wanted: str) -> bool:
    """Whether a model in ``show`` is the one wanted or one of its bins."""
    return shown == wanted or _BIN.sub("", shown) == wanted or wanted.startswith(_BIN.sub("", shown))


def path_of(name: str) -> str:
    """A device by its place in the hierarchy: ``m.xota.xm1.m0`` is ``xota.xm1.m0``."""
    letter, dot, rest = name.partition(".")
    return rest if dot and len(letter) == 1 else name


def named_by_instance(names: Sequence[str]) -> list[str]:
    """The shown name of each device.

    Kits wrap a device in a subcircuit: if a subcircuit instance contains a single transistor, or without
    transistors a single diode or a single device, that device has the name of the instance. Any other device
    has its path in the hierarchy.
    """
    inside: dict[str, list[str]] = {}
    for name in names:
        parts = path_of(name).split(".")
        for depth in range(1, len(parts)):
            inside.setdefault(".".join(parts[:depth]), []).append(name)
    return [_instance(name, inside) for name in names]


def _instance(name: str, inside: Mapping[str, Sequence[str]]) -> str:
    path = path_of(name)
    parent = path.rpartition(".")[0]
    if not parent:
        return path
    ranks = [_rank(each) for each in inside[parent]]
    return parent if _rank(name) == min(ranks) and ranks.count(min(ranks)) == 1 else path


def _rank(name: str) -> int:
    return 0 if name[0] in TRANSISTORS else 1 if name[0] == "d" else 2
