"""SGD and Adam: torch's own fused functions, or equivalent kernels where the momentum is a tensor.

The classes of `torch.optim` would import torch's compiler first, which takes about as long as torch itself.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from core.training.experiments import Setup

BETA2, EPS = 0.999, 1e-8
FUSED = ("cpu", "cuda")  # devices for which torch has the fused functions


class Optimizer:
    """Updates the parameters of a network.

    Parameters
    ----------
    network : nn.Module
    setup : Setup

    Attributes
    ----------
    parameters : list of Tensor
    state : dict of str to list of Tensor
        By torch's names for them: what is kept for each parameter.
    """

    def __init__(self, network: nn.Module, setup: Setup) -> None:
        self._setup = setup
        self._names = [name for name, _ in network.named_parameters()]
        self.parameters: list[Tensor] = list(network.parameters())
        if setup.optimizer == "adam":
            names: tuple[str, ...] = ("exp_avg", "exp_avg_sq")
        else:
            names = ("momentum_buffer",) if setup.momentum else ()
        self.state = {name: [torch.zeros_like(parameter) for parameter in self.parameters] for name in names}
        if setup.optimizer == "adam":
            self.state["step"] = [torch.zeros((), device=parameter.device) for parameter in self.parameters]

    @torch.no_grad()
    def step(self, rate: float | Tensor, momentum: float | Tensor) -> None:
        """Move the parameters against their gradients, and drop the gradients.

        Parameters
        ----------
        rate : float or Tensor ()
            A tensor on the device for a step that is recorded as a graph.
        momentum : float or Tensor ()
            Of SGD, or the first β of Adam; a tensor if it should differ from the value at which a graph was recorded.

        Raises
        ------
        ValueError
            If a parameter has no gradient, because the network does not use it.
        """
        unused = [name for name, each in zip(self._names, self.parameters, strict=True) if each.grad is None]
        if unused:
            raise ValueError(f"The network does not use `{unused[0]}`, so it has no gradient and cannot be trained.")
        gradients = [each.grad for each in self.parameters if each.grad is not None]
        fused = not isinstance(momentum, Tensor) and self.parameters[0].device.type in FUSED
        if self._setup.optimizer == "adam":
            (self._adam_fused if fused else self._adam)(gradients, rate, momentum)
        else:
            (self._sgd_fused if fused else self._sgd)(gradients, rate, momentum)
        self.forget()

    def _adam_fused(self, gradients: list[Tensor], rate: float | Tensor, momentum: float | Tensor) -> None:
        adam(
            self.parameters,
            gradients,
            self.state["exp_avg"],
            self.state["exp_avg_sq"],
            [],
            self.state["step"],
            fused=True,
            capturable=isinstance(rate, Tensor),
            amsgrad=False,
            beta1=momentum,
            beta2=BETA2,
            lr=rate,
            weight_decay=self._setup.weight_decay,
            eps=EPS,
            maximize=False,
        )

    def _sgd_fused(self, gradients: list[Tensor], rate: float | Tensor, momentum: float | Tensor) -> None:
        setup = self._setup
        sgd(
            self.parameters,
            gradients,
            [*self.state["momentum_buffer"]] if setup.momentum else [None] * len(gradients),
            fused=True,
            weight_decay=setup.weight_decay,
            momentum=float(momentum),
            lr=rate,
            dampening=0.0,
            nesterov=setup.nesterov,
            maximize=False,
        )

    def _sgd(self, gradients: list[Tensor], rate: float | Tensor, momentum: float | Tensor) -> None:
        """Take the step that `torch.optim.SGD` documents."""
        moves = gradients = self._decayed(gradients)
        if self._setup.momentum:
            moves = buffers = self.state["momentum_buffer"]
            torch._foreach_mul_(buffers, momentum)
            torch._foreach_add_(buffers, gradients)
            if self._setup.nesterov:
                moves = _sum(gradients, _product(buffers, momentum))
        torch._foreach_sub_(self.parameters, _product(moves, rate))

    def _adam(self, gradients: list[Tensor], rate: float | Tensor, momentum: float | Tensor) -> None:
        """Take the step that `torch.optim.Adam` documents."""
        gradients = self._decayed(gradients)
        first, second, steps = (self.state[name] for name in ("exp_avg", "exp_avg_sq", "step"))
        torch._foreach_add_(steps, 1)
        torch._foreach_mul_(first, momentum)
        torch._foreach_add_(first, _product(gradients, 1 - momentum))
        torch._foreach_mul_(second, BETA2)
        torch._foreach_addcmul_(second, gradients, gradients, 1 - BETA2)
        # 1 - β^step without the cancellation of single precision
        bias = -torch.expm1(steps[0] * torch.as_tensor(momentum).log())
        spread = (-torch.expm1(steps[0] * math.log(BETA2))).sqrt()
        below = torch._foreach_sqrt(second)
        torch._foreach_div_(below, spread)
        torch._foreach_add_(below, EPS)
        moves = list(torch._foreach_div(first, below))
        torch._foreach_sub_(self.parameters, _product(moves, rate / bias))

    def _decayed(self, gradients: list[Tensor]) -> list[Tensor]:
        """Return gradients of the loss with weight decay as its penalty."""
        decay = self._setup.weight_decay
        return _sum(gradients, _product(self.parameters, decay)) if decay else gradients

    def forget(self) -> None:
        """Drop all gradients."""
        for parameter in self.parameters:
            parameter.grad = None


def _product(tensors: list[Tensor], factor: float | Tensor) -> list[Tensor]:
    return list(torch._foreach_mul(tensors, factor))


def _sum(tensors: list[Tensor], others: list[Tensor]) -> list[Tensor]:
    return list(torch._foreach_add(tensors, others))
