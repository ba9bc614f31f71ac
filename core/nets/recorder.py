"""Recording of a network as it runs: a row for each layer it calls and each function it applies to feature maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from core.nets.carried import (
    bias_of,
    carry,
    field_of,
    flattens,
    largest_shape,
    opened,
    parameters_of,
    tensors_in,
)
from core.nets.function_names import COMPOSITE, KIND_OF, LIKE_ITS_INPUT, QUESTIONS, is_silent, name_of
from core.nets.functions import OTHER, RULES, Facts
from core.networks.receptive_field import Field
from core.networks.table import Call


class Row:
    """A row while it is being filled.

    Attributes
    ----------
    key : (str, str, int)
        Name, kind, and how often these two have occurred before in the pass: it identifies the same call in another
        pass.
    facts : Facts
        What the functions called so far have done.
    input_shape, output_shape : Size
        With the batch.
    field : Field
        Of the output.
    owned : bool
        Whether it uses any parameters for the first time.
    """

    def __init__(self, name: str, kind: str, turn: int) -> None:
        self.key = name, kind, turn
        self.facts = Facts()
        self.input_shape = self.output_shape = torch.Size()
        self.field = Field(reach="unknown")
        self.owned = False

    def call(self, batch: int = 1) -> Call:
        """Return the finished row, for one image of a batch."""
        facts = self.facts
        weights, biases = (sum(p.numel() for p in group) for group in (facts.weights, facts.biases))
        return Call(
            name=self.key[0],
            kind=self.key[1],
            role=facts.role,
            input_shape=_of_one(self.input_shape, batch),
            output_shape=_of_one(self.output_shape, batch),
            window=facts.window,
            weights=weights,
            biases=biases,
            buffers=facts.buffers,
            shared=bool(weights + biases) and not self.owned,
            macs=facts.macs // batch,
            field=self.field,
            note=facts.note,
        )


def _of_one(shape: torch.Size, batch: int) -> tuple[int, ...]:
    """Return the shape without the batch, which comes first, or second inside attention, or is part of the windows."""
    sizes = list(shape)
    if len(sizes) > 1 and batch in sizes[:2]:
        sizes.remove(batch)
    return tuple(sizes)


class Recorder(TorchFunctionMode):
    """Records the functions that a network calls, and the layers that call them.

    A layer without layers inside is one row, whatever it calls; elsewhere, each function is a row of its own, unless
    it only reorders numbers or does not depend on the image. What is known about a tensor (its field, and parameters
    that have gone into it without a row) is attached to the tensor itself.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.blocks: dict[str, str] = {}
        self.failed: tuple[str, nn.Module, tuple[int, ...]] | None = None
        self._names = {id(parameter): name for name, parameter in model.named_parameters()}
        self._seen: set[int] = set()
        self._turns: Counter[tuple[str, str]] = Counter()
        self._inside: list[tuple[str, Row | None]] = []

    @contextmanager
    def watching(self, model: nn.Module) -> Iterator[None]:
        """Record a model; its hooks are removed again whatever happens."""
        hooks = []
        for path, module in model.named_modules():
            leaf = next(module.children(), None) is None
            if not leaf:
                self.blocks[path] = type(module).__name__
            hooks.append(module.register_forward_pre_hook(self._enter(path, leaf)))
            hooks.append(module.register_forward_hook(self._leave, always_call=True))
        try:
            with self:
                yield
        finally:
            for hook in hooks:
                hook.remove()

    def _enter(self, path: str, leaf: bool) -> Callable[[nn.Module, Any], None]:
        def enter(module: nn.Module, args: Any) -> None:
            row = self._new(path, type(module).__name__) if leaf else None
            if row is not None:
                row.input_shape = largest_shape(args)
            self._inside.append((path, row))

        return enter

    def _leave(self, module: nn.Module, args: Any, output: Any) -> None:
        path, row = self._inside.pop()
        if output is None and self.failed is None:  # the call has raised
            self.failed = path, module, tuple(largest_shape(args))
        elif row is not None and isinstance(output, Tensor):
            row.output_shape = output.shape
            row.field = field_of(output) or row.field

    def _new(self, name: str, kind: str) -> Row:
        row = Row(name, kind, self._turns[name, kind])
        self._turns[name, kind] += 1
        self.rows.append(row)
        return row

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        given = kwargs or {}
        name = name_of(func)
        if name in QUESTIONS:
            return func(*args, **given)
        if name in COMPOSITE:
            with self:
                return opened(func)(*args, **given)
        inputs = list(tensors_in((*args, *given.values())))
        if not inputs:
            return func(*args, **given)
        fields = [field for tensor in inputs if (field := field_of(tensor)) is not None]
        leaf = self._inside[-1][1] if self._inside else None
        if is_silent(name, args) and not flattens(name, inputs[0], args) or not fields and leaf is None:
            return self._pass_on(self.call(func, name, inputs[0], args, given), inputs, fields)
        row = leaf or self._function_row(name, inputs)
        self.start(row)
        output = self.call(func, name, inputs[0], args, given)
        if isinstance(output, Tensor):
            self._note(row, name, args, given, inputs, output, fields)
        return output

    def start(self, row: Row) -> None:
        """Note that a function of this row comes next."""

    def call(self, func: Callable[..., Any], name: str, first: Tensor, args: Any, given: dict[str, Any]) -> Any:
        """Call a function; `first` is its first tensor, which replaces the result where only shapes matter."""
        return first if name in LIKE_ITS_INPUT and first.is_meta else func(*args, **given)

    def _function_row(self, name: str, inputs: Sequence[Tensor]) -> Row:
        """Return the row of a function outside leaves, named after the parameters that it uses or after itself."""
        path = self._inside[-1][0] if self._inside else ""
        kind = KIND_OF.get(name, "Flatten" if name in ("view", "reshape") else name.capitalize())
        owners = [self._names[id(tensor)] for tensor in inputs if id(tensor) in self._names]
        weight = owners[0].removesuffix("weight").rstrip("._") if owners and name in ("linear", "conv2d") else ""
        row = self._new(weight or f"{path}.{kind.lower()}".lstrip("."), kind)
        row.input_shape = largest_shape([tensor for tensor in inputs if field_of(tensor) is not None])
        return row

    def _note(
        self,
        row: Row,
        name: str,
        args: Sequence[Any],
        given: dict[str, Any],
        inputs: Sequence[Tensor],
        output: Tensor,
        fields: list[Field],
    ) -> None:
        """Record what a function has done."""
        name = "flatten" if name in ("view", "reshape") else name
        row.field = RULES.get(name, OTHER)(row.facts, args, given, output, fields or [Field(reach="unknown")])
        row.output_shape = output.shape
        bias = bias_of(name, args, given)
        for tensor in inputs:
            for parameter in parameters_of(tensor):
                group = row.facts.biases if tensor is bias else row.facts.weights
                if not any(parameter is known for known in group):
                    group.append(parameter)
                    row.owned |= id(parameter) not in self._seen
                    self._seen.add(id(parameter))
        carry(output, row.field if fields else None, ())

    def _pass_on(self, output: Any, inputs: Sequence[Tensor], fields: list[Field]) -> Any:
        """Copy what the inputs of a function without a row carry to its outputs."""
        field = fields[0] if fields else None
        for tensor in tensors_in((output,)):
            if not isinstance(tensor, nn.Parameter):
                carry(tensor, field, tuple(p for one in inputs for p in parameters_of(one)))
        return output

    def owned(self) -> set[str]:
        """Return the names of the parameters that rows have used."""
        return {name for number, name in self._names.items() if number in self._seen}


def record(model: nn.Module, shape: Sequence[int], recorder: Recorder) -> Tensor:
    """Pass an image of this shape (batch, channels, height, width) through a model of meta tensors; return the image.

    Raises
    ------
    ValueError
        If a layer cannot take its input; the sentence names it.
    """
    image = torch.empty(*shape, device="meta")
    carry(image, Field(), ())
    try:
        with recorder.watching(model):
            model(image)
    except (RuntimeError, ValueError, AssertionError, NotImplementedError, IndexError) as error:
        if recorder.failed is None:
            raise
        raise ValueError(_complaint(*recorder.failed, error)) from error
    return image


def _complaint(path: str, module: nn.Module, given: tuple[int, ...], error: Exception) -> str:
    """Write a sentence about a layer that has raised."""
    name = f"{path or 'the network'} ({type(module).__name__})"
    if isinstance(module, nn.Conv2d) and len(given) == 4 and given[1] != module.in_channels:
        return f"{name} expects {module.in_channels} channels; got {given[1]}."
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
    return f"{name} cannot take its input ({', '.join(map(str, given[1:]))}): {reason}."
