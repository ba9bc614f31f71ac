"""Grammars of the files that other systems import, written down from their published rules.

QTI: content models and attributes of imsqti_v2p1.xsd (IMS Global, 31 July 2012), for the elements that we write.
Moodle: how its importer parses a cloze question.
"""

import html
import re
from xml.etree import ElementTree as ET

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"

_NAME, _BOOL, _INT = r"[A-Za-z_][\w.-]*", "true|false", r"\d+"
_FLOAT = r"-?\d+(\.\d+)?"
_TYPES = "boolean|directedPair|duration|file|float|identifier|integer|pair|point|string|uri"
_INLINE = "em|strong|code"
_BLOCK = "p|ul|pre|table|div"
_VALUE = "variable|baseValue|sum"
_FLOW = f"{_INLINE}|{_BLOCK}|textEntryInteraction|choiceInteraction"
_TEST = "((equal|match|stringMatch|isNull) )(setOutcomeValue )*"

# Element: children, each followed by a blank; whether there may be text; attributes that must be there; others.
MODEL: dict[str, tuple[str, bool, dict[str, str], dict[str, str]]] = {
    "assessmentItem": (
        "(responseDeclaration )*(outcomeDeclaration )*(itemBody )?(responseProcessing )?(modalFeedback )*",
        False,
        {"identifier": ".+", "title": ".*", "adaptive": _BOOL, "timeDependent": _BOOL},
        {"{http://www.w3.org/2001/XMLSchema-instance}schemaLocation": ".*"},
    ),
    "responseDeclaration": (
        "(correctResponse )?",
        False,
        {"identifier": _NAME, "cardinality": "single|multiple|ordered|record"},
        {"baseType": _TYPES},
    ),
    "outcomeDeclaration": (
        "(defaultValue )?",
        False,
        {"identifier": _NAME, "cardinality": "single|multiple|ordered|record"},
        {"baseType": _TYPES},
    ),
    "correctResponse": ("(value )+", False, {}, {}),
    "defaultValue": ("(value )+", False, {}, {}),
    "value": ("", True, {}, {}),
    "itemBody": (f"(({_BLOCK}|choiceInteraction) )*", False, {}, {}),
    "div": (f"(({_FLOW}) )*", True, {}, {}),
    "p": (f"(({_INLINE}|textEntryInteraction) )*", True, {}, {}),
    "em": (f"(({_INLINE}) )*", True, {}, {}),
    "strong": (f"(({_INLINE}) )*", True, {}, {}),
    "code": (f"(({_INLINE}) )*", True, {}, {}),
    "pre": (f"(({_INLINE}) )*", True, {}, {}),
    "ul": ("(li )+", False, {}, {}),
    "li": (f"(({_FLOW}) )*", True, {}, {}),
    "table": ("(thead )?(tbody )+", False, {}, {}),
    "thead": ("(tr )+", False, {}, {}),
    "tbody": ("(tr )+", False, {}, {}),
    "tr": ("((th|td) )+", False, {}, {}),
    "th": (f"(({_FLOW}) )*", True, {}, {}),
    "td": (f"(({_FLOW}) )*", True, {}, {}),
    "choiceInteraction": (
        "(prompt )?(simpleChoice )+",
        False,
        {"responseIdentifier": _NAME, "shuffle": _BOOL, "maxChoices": _INT},
        {},
    ),
    "prompt": (f"(({_INLINE}) )*", True, {}, {}),
    "simpleChoice": (f"(({_INLINE}|{_BLOCK}) )*", True, {"identifier": _NAME}, {}),
    "textEntryInteraction": ("", False, {"responseIdentifier": _NAME}, {"expectedLength": _INT}),
    "responseProcessing": ("(responseCondition )*", False, {}, {}),
    "responseCondition": ("responseIf (responseElseIf )*(responseElse )?", False, {}, {}),
    "responseIf": (_TEST, False, {}, {}),
    "responseElseIf": (_TEST, False, {}, {}),
    "responseElse": ("(setOutcomeValue )*", False, {}, {}),
    "setOutcomeValue": (f"(({_VALUE}) )", False, {"identifier": _NAME}, {}),
    "equal": (
        f"(({_VALUE}) ){{2}}",
        False,
        {"toleranceMode": "exact|absolute|relative"},
        {"tolerance": rf"{_FLOAT}( {_FLOAT})?"},
    ),
    "match": (f"(({_VALUE}) ){{2}}", False, {}, {}),
    "stringMatch": (f"(({_VALUE}) ){{2}}", False, {"caseSensitive": _BOOL}, {}),
    "sum": (f"(({_VALUE}) )+", False, {}, {}),
    "variable": ("", False, {"identifier": _NAME}, {}),
    "baseValue": ("", True, {"baseType": _TYPES}, {}),
    "modalFeedback": (
        f"(({_INLINE}|{_BLOCK}) )*",
        True,
        {"outcomeIdentifier": _NAME, "identifier": _NAME, "showHide": "show|hide"},
        {},
    ),
}


def check_item(text: str) -> ET.Element:
    """Check one assessment item, and that everything it refers to is declared once."""
    root = ET.fromstring(text)
    assert root.tag == f"{QTI}assessmentItem"
    for node in root.iter():
        assert node.tag.startswith(QTI), node.tag
        tag = node.tag.removeprefix(QTI)
        children, mixed, required, optional = MODEL[tag]
        found = "".join(f"{child.tag.removeprefix(QTI)} " for child in node)
        assert re.fullmatch(children, found), (tag, found)
        if not mixed:
            assert not "".join([node.text or "", *(child.tail or "" for child in node)]).strip(), tag
        assert set(required) <= set(node.keys()) <= {*required, *optional}, (tag, node.keys())
        for name, pattern in (required | optional).items():
            value = node.get(name)
            assert value is None or re.fullmatch(pattern, value), (tag, name, value)
        if tag == "baseValue" and node.get("baseType") == "float":
            assert re.fullmatch(_FLOAT, node.text or ""), node.text
    declared = [
        node.get("identifier") for node in (*_all(root, "responseDeclaration"), *_all(root, "outcomeDeclaration"))
    ]
    names = declared + [node.get("identifier") for node in _all(root, "simpleChoice")]
    assert len(set(names)) == len(names), names
    for tag, attribute in (
        ("variable", "identifier"),
        ("setOutcomeValue", "identifier"),
        ("textEntryInteraction", "responseIdentifier"),
        ("choiceInteraction", "responseIdentifier"),
        ("modalFeedback", "outcomeIdentifier"),
    ):
        assert {node.get(attribute) for node in _all(root, tag)} <= set(declared), tag
    return root


def _all(root: ET.Element, tag: str) -> list[ET.Element]:
    return list(root.iter(f"{QTI}{tag}"))


# A number as Moodle's numerical and cloze questions read it.
MOODLE_NUMBER = re.compile(r"-?(([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]+)?)")


def blanks(text: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Parse a cloze text as Moodle does: the kind of each blank, and (fraction, answer, feedback) of its answers.

    Answers end at a tilde, and an answer's text at a number sign that is not part of an entity, unless a backslash
    precedes it; the remainder is decoded as HTML once, and of quoted marks only the brace and the number sign
    lose their backslash.
    """
    found = []
    for kind, body in re.findall(r"\{1:(NUMERICAL|SHORTANSWER|MULTICHOICE_V):(.*?)(?<!\\)\}", text, re.S):
        answers = []
        for answer in re.split(r"(?<!\\)~", body):
            value, *words = re.split(r"(?<![\\&])#", answer, maxsplit=1)
            fraction, value = re.fullmatch(r"(=|%0%)(.+)", value, re.S).groups()
            told = "".join(words)
            answers.append(
                (fraction, *(html.unescape(each).replace("\\}", "}").replace("\\#", "#") for each in (value, told)))
            )
        found.append((kind, answers))
    return found
