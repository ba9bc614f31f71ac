"""Sizes that a PT2 file leaves open, as formulas of symbols: read as data and computed, never run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from math import prod

_LONGEST = 2000  # characters in a formula
_FUNCTIONS: dict[str, Callable[..., int]] = {
    "Add": lambda *values: sum(values),
    "Mul": lambda *values: prod(values),
    "Max": max,
    "Min": min,
    "FloorDiv": lambda a, b: a // b,
    "CleanDiv": lambda a, b: a // b,
    "Mod": lambda a, b: a % b,
    "PythonMod": lambda a, b: a % b,
    "Pow": lambda a, b: a**b if 0 <= b <= 4 else _fail(),
    "Integer": int,
    "floor": int,
    "TruncToInt": int,
}
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "Add",
    ast.Mult: "Mul",
    ast.FloorDiv: "FloorDiv",
    ast.Mod: "Mod",
    ast.Pow: "Pow",
}


def size_of(formula: str, symbols: Mapping[str, int]) -> int:
    """Compute a size from a formula such as "2*s0" or "Add(Symbol('s16', positive=True), Integer(-2))".

    Raises
    ------
    ValueError
        If it is not a formula of these symbols.
    """
    if len(formula) > _LONGEST:
        raise ValueError("The formula is too long.")
    try:
        return _value(ast.parse(formula.strip(), mode="eval").body, symbols)
    except (SyntaxError, TypeError, ZeroDivisionError, RecursionError, MemoryError) as error:
        raise ValueError("The formula of a size is not understood.") from error


def symbols_in(formula: str) -> list[str]:
    """List the names of the symbols in a formula."""
    try:
        tree = ast.parse(formula[:_LONGEST].strip(), mode="eval")
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Symbol":
            found += [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        elif isinstance(node, ast.Name) and node.id not in _FUNCTIONS and node.id != "Symbol":
            found.append(node.id)
    return list(dict.fromkeys(found))


def _value(node: ast.expr, symbols: Mapping[str, int]) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        return symbols[node.id] if node.id in symbols else _fail()
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, symbols)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, symbols), _value(node.right, symbols)
        if isinstance(node.op, ast.Sub):
            return left - right
        name = _OPERATORS.get(type(node.op), "")
        return _FUNCTIONS[name](left, right) if name else _fail()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "Symbol" and node.args and isinstance(node.args[0], ast.Constant):
            return symbols[str(node.args[0].value)] if str(node.args[0].value) in symbols else _fail()
        if node.func.id in _FUNCTIONS:
            return _FUNCTIONS[node.func.id](*(_value(arg, symbols) for arg in node.args))
    return _fail()


def _fail() -> int:
    raise ValueError("The formula of a size is not understood.")
