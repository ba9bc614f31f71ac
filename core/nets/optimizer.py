"""SGD and Adam by torch's own functions, one kernel for all parameters.

The classes of `torch.optim` would import torch's compiler first, which takes about as long as torch itself.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd

from core.training.experiments import Setup

BETA2, EPS = 0.999, 1e-8


class Optimizer:
    """Moves the parameters of a network.

    Parameters
    ----------
    network : nn.Module
    setup : Setup

    Attributes
    ----------
    parameters : list of Tensor
    state : dict of str to list of Tensor
        By the names that torch gives them: what is kept for each parameter.
    """

    def __init__(self, network: nn.Module, setup: Setup) -> None:
        self._setup = setup
        self.parameters: list[Tensor] = list(network.parameters())
        if setup.optimizer == "adam":
            names: tuple[str, ...] = ("exp_avg", "exp_avg_sq")
        else:
            names = ("momentum_buffer",) if setup.momentum else ()
        self.state = {name: [torch.zeros_like(parameter) for parameter in self.parameters] for name in names}
        if setup.optimizer == "adam":
            self.state["step"] = [torch.zeros((), device=parameter.device) for parameter in self.parameters]

    @torch.no_grad()
    def step(self, rate: float | Tensor, momentum: float) -> None:
        """Move the parameters against their gradients, and forget the gradients.

        Parameters
        ----------
        rate : float or Tensor ()
            A tensor on the device for a step that is recorded as a graph.
        momentum : float
            Of SGD, or the first β of Adam.
        """
        setup = self._setup
        gradients = [parameter.grad for parameter in self.parameters if parameter.grad is not None]
        if setup.optimizer == "adam":
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
                weight_decay=setup.weight_decay,
                eps=EPS,
                maximize=False,
            )
        else:
            sgd(
                self.parameters,
                gradients,
                [*self.state["momentum_buffer"]] if setup.momentum else [None] * len(gradients),
                fused=True,
                weight_decay=setup.weight_decay,
                momentum=momentum,
                lr=rate,
                dampening=0.0,
                nesterov=setup.nesterov,
                maximize=False,
            )
        self.forget()

    def forget(self) -> None:
        """Drop all gradients."""
        for parameter in self.parameters:
            parameter.grad = None
