"""Which specifications are the same."""

import ast
import hashlib
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jobs.identity import canonical, identity
from core.jobs.kinds import KINDS, kind_named

ROOT = Path(__file__).parents[3]
SINGLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SINGLE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


def reordered(value):
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(each) for each in value] if isinstance(value, list) else value


@given(VALUES)
def test_text_says_all_and_the_order_of_keys_says_nothing(value) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(reordered(value)) == text
    assert canonical(json.loads(text)) == text
    assert text.isascii() and "\n" not in text


def test_equal_numbers_are_written_alike() -> None:
    assert canonical([1, 1.0, -0.0, 1e15, 1e300, 0.1, True, (2.0,)]) == "[1,1,0,1000000000000000,1e+300,0.1,true,[2]]"


def test_a_name_is_the_start_of_a_sum_of_the_text() -> None:
    text = '{"format":1,"kind":"toy","specification":{"a":[1,0.5],"b":"\\u00e9"},"version":3}'
    assert identity("toy", 3, {"b": "é", "a": [1.0, 0.5]}) == hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("kind", "version", "specification"), [("b", 1, {"x": 1}), ("a", 2, {"x": 1}), ("a", 1, {"x": True})]
)
def test_other_kinds_versions_and_settings_are_other_runs(kind, version, specification) -> None:
    assert identity(kind, version, specification) != identity("a", 1, {"x": 1})


@pytest.mark.parametrize("value", [math.nan, math.inf, {1: 2}, b"x", {1}, object(), [[{"x": -math.inf}]]])
def test_what_json_does_not_have_is_refused(value) -> None:
    with pytest.raises(ValueError, match=r"^The settings of a run .*\.$"):
        identity("a", 1, {"x": value})


def test_a_long_specification_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^The settings of a run may take 65,536 bytes; these take"):
        identity("a", 1, {"x": "y" * 65536})


def test_only_kinds_of_the_list_run() -> None:
    with pytest.raises(ValueError, match=r"^There is no such kind of run\.$"):
        kind_named("os.system")


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_kinds_exist(kind) -> None:
    module, _, name = kind.function.rpartition(".")
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert [each.arg for each in functions[name].args.args] == ["specification", "resume", "context"]
