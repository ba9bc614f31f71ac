"""What a pickle of `torch.save` describes: its opcodes are looked at, and never run.

A pickle is a program. Here its opcodes only build plain values, the few functions that a dict of tensors needs are
known by their names, and anything else is refused.

Source: torch/_utils.py and torch/serialization.py of torch 2; opcodes: the standard library's pickletools.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Shape = tuple[int, ...]

FLOAT = "torch FloatStorage"
_STORAGES = {FLOAT: 4, "torch LongStorage": 8}  # bytes of a number
_DICT, _PARAMETER = "collections OrderedDict", "torch.nn.parameter Parameter"
_TENSOR = ("torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2")
_OF_TENSOR = "torch._utils _rebuild_parameter"
_NAMES = {_DICT, _PARAMETER, *_TENSOR, _OF_TENSOR, *_STORAGES}


class Refused(Exception):
    """Why a file is not read, to follow a colon."""


@dataclass(frozen=True)
class _Name:
    """A function or a class, of which nothing but the name is known."""

    text: str


@dataclass(frozen=True)
class Storage:
    """Numbers that stand elsewhere in the file: their key there, kind and count."""

    key: str
    kind: str
    count: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.count * _STORAGES[self.kind]


@dataclass(frozen=True)
class Tensor:
    """A part of a storage; offset and strides in numbers."""

    storage: Storage
    offset: int
    shape: Shape
    stride: Shape


class _Parameter:
    """What old versions of torch wrote around a tensor: the tensor comes with it, or first in its state."""

    def __init__(self, given: tuple[Any, ...]) -> None:
        self.tensor = given[0] if given else None


def values_of(file: io.BytesIO) -> Any:
    """What a pickle describes; the file then stands behind it.

    Raises
    ------
    Refused
        If it needs anything but what a dict of tensors needs.
    ValueError, LookupError, TypeError, AttributeError
        If it is not a pickle, or damaged.
    """
    machine = _Machine()
    for opcode, argument, _ in pickletools.genops(file):
        machine.take(opcode.name, argument)
    found = machine.stack.pop()
    if isinstance(found, dict):
        return {name: value.tensor if isinstance(value, _Parameter) else value for name, value in found.items()}
    return found


class _Machine:
    """Builds values from opcodes and calls nothing: functions and classes are names to it."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def take(self, opcode: str, argument: Any) -> None:
        """Do what an opcode says, if it is one of those that are expected."""
        if opcode in _PUSHED:
            self.push(_PUSHED[opcode](argument))
        elif opcode in _IGNORED:
            pass
        elif opcode in _DONE:
            _DONE[opcode](self, argument)
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
        """Everything above the last mark."""
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
        """Give an object its state: a dict keeps notes of torch there, which are left aside."""
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, _Parameter):
            target.tensor = target.tensor or state[0]
        elif not isinstance(target, dict):
            raise Refused("its pickle changes something else than a dict")

    def storage(self, _: None) -> None:
        said, kind, key, _, count, *_ = self.stack.pop()
        if said != "storage" or kind.text not in _STORAGES:
            raise Refused("its numbers are of another kind")
        # Nested tuples that share their parts would take for ever to print or to hash.
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


_PUSHED: Mapping[str, Any] = {
    **dict.fromkeys(("BINUNICODE", "SHORT_BINSTRING", "BININT", "BININT1", "BININT2", "LONG1"), lambda value: value),
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "NONE": lambda _: None,
}
_IGNORED = ("PROTO", "STOP")
_DONE: Mapping[str, Any] = {
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
