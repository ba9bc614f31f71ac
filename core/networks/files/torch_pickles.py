"""Contents of pickles of `torch.save`: their opcodes are interpreted as data, and never run.

A pickle is a program. Here its opcodes only build plain values, the few functions that a dict of tensors needs are
recognized by name, and anything else is refused.

Source: torch/_utils.py and torch/serialization.py of torch 2; opcodes: the standard library's pickletools.
"""

from __future__ import annotations

import io
import pickletools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Shape = tuple[int, ...]

FLOAT = "torch FloatStorage"
_STORAGES = {FLOAT: 4, "torch LongStorage": 8}  # bytes per number
_WHOLE = re.compile(r"torch (Long|Int|Short|Bool)Storage")
_BYTES = re.compile(r"torch (Byte|Char|QInt8|QUInt8|QInt32)Storage")
_LARGEST = 1 << 62
_DICT, _PARAMETER = "collections OrderedDict", "torch.nn.parameter Parameter"
_TENSOR = ("torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2")
_OF_TENSOR = "torch._utils _rebuild_parameter"
_NAMES = {_DICT, _PARAMETER, *_TENSOR, _OF_TENSOR, *_STORAGES}


class Refused(Exception):
    """Reason that a file is not read, to follow a colon."""


@dataclass(frozen=True)
class _Name:
    """A function or a class of which only the name is known."""

    text: str


@dataclass(frozen=True)
class Storage:
    """Numbers stored elsewhere in the file: their key there, kind, and count."""

    key: str
    kind: str
    count: int

    @property
    def size(self) -> int:
        """Return its size in bytes."""
        return self.count * _STORAGES[self.kind]


@dataclass(frozen=True)
class Tensor:
    """A part of a storage; offset and strides in numbers."""

    storage: Storage
    offset: int
    shape: Shape
    stride: Shape

    @property
    def numbers(self) -> str:
        """Return the kind of its numbers: "real", "byte", or "whole"."""
        if _WHOLE.fullmatch(self.storage.kind):
            return "whole"
        return "byte" if _BYTES.fullmatch(self.storage.kind) else "real"


class _Parameter:
    """Wrapper that old versions of torch wrote around a tensor: the tensor comes with it, or first in its state."""

    def __init__(self, given: tuple[Any, ...]) -> None:
        self.tensor = given[0] if given else None


@dataclass(eq=False)
class Other:
    """Something that only its own program could make: its name, and its state if that is a dict."""

    name: str
    state: Any = None


def values_of(file: io.BytesIO, *, known_only: bool = True) -> Any:
    """Return what a pickle describes; the file is then positioned behind it.

    Unless `known_only`, anything but a dict or a tensor becomes an `Other`, and nothing of it is run either.

    Raises
    ------
    Refused
        If it needs anything beyond what a dict of tensors needs.
    ValueError, LookupError, TypeError, AttributeError
        If it is not a pickle, or damaged.
    """
    machine = _Machine() if known_only else _Patient()
    for opcode, argument, _ in pickletools.genops(file):
        machine.take(opcode.name, argument)
    found = machine.stack.pop()
    if isinstance(found, dict):
        return {name: value.tensor if isinstance(value, _Parameter) else value for name, value in found.items()}
    return found


class _Machine:
    """Builds values from opcodes and calls nothing: functions and classes are only names to it."""

    pushed: Mapping[str, Any]
    ignored: tuple[str, ...] = ("PROTO", "STOP")
    done: Mapping[str, Any]

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def take(self, opcode: str, argument: Any) -> None:
        """Execute an opcode, if it is one of those that are expected."""
        if opcode in self.pushed:
            self.push(self.pushed[opcode](argument))
        elif opcode in self.ignored:
            pass
        elif opcode in self.done:
            self.done[opcode](self, argument)
        else:
            raise Refused(f"its pickle has the opcode {opcode}")

    def name(self, text: str) -> None:
        if text not in _NAMES:
            raise Refused(f"its pickle names {text.replace(' ', '.')[:60]}")
        self.push(_Name(text))

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def add(self, values: list[Any]) -> None:
        self.stack[-1].extend(values)

    def put(self, place: int) -> None:
        self._memo[place] = self.stack[-1]

    def get(self, place: int) -> None:
        self.push(self._memo[place])

    def mark(self, _: None) -> None:
        self._marks.append(self.stack)
        self.stack = []

    def popped(self) -> list[Any]:
        """Return everything above the last mark."""
        found, self.stack = self.stack, self._marks.pop()
        return found

    def tuple_of(self, count: int) -> None:
        self.stack[len(self.stack) - count :] = [tuple(self.stack[len(self.stack) - count :])]

    def reduce(self, _: None) -> None:
        given, function = self.stack.pop(), self.stack.pop()
        name = function.text
        if name == _DICT:
            self.push({})
            self.set_items([each for key, value in (given[0] if given else ()) for each in (key, value)])
        elif name in _TENSOR:
            self.push(Tensor(*given[:4]))
        elif name == _OF_TENSOR:
            self.push(_Parameter(given))
        else:
            raise Refused(f"its pickle calls {name.replace(' ', '.')}")

    def new(self, _: None) -> None:
        given, kind = self.stack.pop(), self.stack.pop()
        if kind.text != _PARAMETER:
            raise Refused(f"its pickle makes a {kind.text.replace(' ', '.')}")
        self.push(_Parameter(given))

    def build(self, _: None) -> None:
        """Give an object its state: on a dict, torch stores notes there, which are ignored."""
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, _Parameter):
            target.tensor = target.tensor or state[0]
        elif not isinstance(target, dict):
            raise Refused("its pickle changes something else than a dict")

    def storage(self, _: None) -> None:
        said, kind, key, _, count, *_ = self.stack.pop()
        if said != "storage" or kind.text not in _STORAGES:
            raise Refused("its numbers are of another kind")
        # Nested tuples that share their parts would take forever to print or hash.
        if not isinstance(key, str) or type(count) is not int:
            raise Refused("its numbers have no name or no count")
        self.push(Storage(key, kind.text, count))

    def set_items(self, pairs: list[Any]) -> None:
        if not all(isinstance(key, str) for key in pairs[::2]):
            raise Refused("its pickle has a dict without names")
        self.stack[-1].update(zip(pairs[::2], pairs[1::2], strict=True))

    def set_item(self, _: None) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.set_items([key, value])


_Machine.pushed = {
    **dict.fromkeys(("BINUNICODE", "SHORT_BINSTRING", "BININT", "BININT1", "BININT2", "LONG1"), lambda value: value),
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "NONE": lambda _: None,
}
_Machine.done = {
    "GLOBAL": _Machine.name,
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _Machine.put),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _Machine.get),
    "MARK": _Machine.mark,
    "TUPLE": lambda machine, _: machine.push(tuple(machine.popped())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "REDUCE": _Machine.reduce,
    "NEWOBJ": _Machine.new,
    "BUILD": _Machine.build,
    "BINPERSID": _Machine.storage,
    "SETITEM": _Machine.set_item,
    "SETITEMS": lambda machine, _: machine.set_items(machine.popped()),
    "APPEND": lambda machine, _: machine.add([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.add(machine.popped()),
}


class _Patient(_Machine):
    """Continues past unknown parts: checkpoints also hold settings, optimizers, and whole modules."""

    def name(self, text: str) -> None:
        self.push(_Name(text))

    def reduce(self, _: None) -> None:
        given, function = self.stack.pop(), self.stack.pop()
        name = getattr(function, "text", "")
        if name == _DICT:
            self.push({})
            pairs = given[0] if given and isinstance(given[0], list) else ()
            self.set_items([each for pair in pairs if len(pair) == 2 for each in pair])
        elif name == "collections defaultdict":
            self.push({})
        elif name in _TENSOR or name == "torch._utils _rebuild_tensor_v3":
            self.push(self._tensor(given))
        elif name == _OF_TENSOR or name == "torch._utils _rebuild_parameter_with_state":
            self.push(given[0] if given else None)
        else:
            self.push(Other(name))

    def _tensor(self, given: Any) -> Any:
        """Return a tensor, or something unknown if its shape is not valid."""
        if len(given) < 4 or not isinstance(given[0], Storage) or not isinstance(given[2], tuple):
            return Other("tensor")
        storage, offset, shape, stride = given[:4]
        if len(shape) > 8 or any(type(size) is not int or not 0 <= size <= _LARGEST for size in shape):
            return Other("tensor")
        if len(given) > 6 and isinstance(given[6], _Name | Other):  # the third version stores the type separately
            said = getattr(given[6], "text", "")
            storage = Storage(storage.key, _KIND_OF.get(said, storage.kind), storage.count)
        return Tensor(storage, offset, shape, stride)

    def new(self, _: None) -> None:
        given, kind = self.stack.pop(), self.stack.pop()
        name = getattr(kind, "text", "")
        self.push(given[0] if name == _PARAMETER and given else Other(name))

    def new_with_names(self, _: None) -> None:
        self.stack.pop()
        self.new(None)

    def build(self, _: None) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, Other):
            target.state = state
        elif target is None and isinstance(state, tuple) and state:  # a parameter as old versions wrote it
            self.stack[-1] = state[0]

    def storage(self, _: None) -> None:
        given = self.stack.pop()
        if not isinstance(given, tuple) or len(given) < 5 or not isinstance(given[2], str | int):
            self.push(Other("storage"))
            return
        self.push(Storage(str(given[2])[:60], getattr(given[1], "text", ""), given[4] if type(given[4]) is int else 0))

    def set_items(self, pairs: list[Any]) -> None:
        if isinstance(self.stack[-1], dict):
            known = [(key, value) for key, value in zip(pairs[::2], pairs[1::2], strict=True) if isinstance(key, str)]
            self.stack[-1].update(known)

    def add(self, values: list[Any]) -> None:
        if isinstance(self.stack[-1], list):
            self.stack[-1].extend(values)

    def global_of_stack(self, _: None) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.push(_Name(f"{module} {name}" if isinstance(name, str) and isinstance(module, str) else ""))

    def memoize(self, _: None) -> None:
        self.put(len(self._memo))

    def instance(self, text: str) -> None:
        self.popped()
        self.push(Other(text))

    def frozen(self, _: None) -> None:
        self.popped()
        self.push(Other("set"))

    def drop(self, _: None) -> None:
        self.stack.pop()

    def again(self, _: None) -> None:
        self.push(self.stack[-1])

    def built(self, kind: type) -> None:
        values = self.popped()
        self.push({})
        if kind is dict:
            self.set_items(values)
        else:
            self.stack[-1] = values


_KIND_OF = {
    f"torch {name}": f"torch {kind}Storage"
    for name, kind in (
        ("int64", "Long"),
        ("int32", "Int"),
        ("int16", "Short"),
        ("bool", "Bool"),
        ("uint8", "Byte"),
        ("int8", "Char"),
    )
}
_Patient.pushed = _Machine.pushed | {
    **dict.fromkeys(
        (
            "BINFLOAT",
            "LONG4",
            "LONG",
            "INT",
            "FLOAT",
            "UNICODE",
            "BINUNICODE8",
            "SHORT_BINUNICODE",
            "STRING",
            "BINSTRING",
            "BINBYTES",
            "SHORT_BINBYTES",
            "BINBYTES8",
            "BYTEARRAY8",
        ),
        lambda value: value,
    ),
    "EMPTY_SET": lambda _: Other("set"),
}
_Patient.ignored = (*_Machine.ignored, "FRAME")
_Patient.done = _Machine.done | {
    "NEWOBJ": _Patient.new,
    "NEWOBJ_EX": _Patient.new_with_names,
    "REDUCE": _Patient.reduce,
    "GLOBAL": _Patient.name,
    "BUILD": _Patient.build,
    "BINPERSID": _Patient.storage,
    "STACK_GLOBAL": _Patient.global_of_stack,
    "MEMOIZE": _Patient.memoize,
    "PUT": lambda machine, place: machine.put(int(place)),
    "GET": lambda machine, place: machine.get(int(place)),
    "LIST": lambda machine, _: machine.built(list),
    "DICT": lambda machine, _: machine.built(dict),
    "INST": _Patient.instance,
    "OBJ": lambda machine, _: machine.instance("object"),
    "FROZENSET": _Patient.frozen,
    "ADDITEMS": lambda machine, _: machine.popped(),
    "POP": _Patient.drop,
    "POP_MARK": lambda machine, _: machine.popped(),
    "DUP": _Patient.again,
}
