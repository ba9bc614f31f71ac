"""QTI 2.1: a content package with one assessment item for each exercise."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape
from typing import Any

from core.exercises.export.accepted import Part, parts, plain
from core.exercises.export.markup import html
from core.exercises.templates import Drawn

_NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_SCHEMA = f"{_NAMESPACE} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def qti_zip(exercises: Sequence[Drawn]) -> bytes:
    """Write a content package: imsmanifest.xml and one item file for each exercise.

    Files carry a fixed date, so that the same sheet gives the same bytes.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        names = [f"item{place:02d}.xml" for place in range(1, len(exercises) + 1)]
        for name, text in (
            ("imsmanifest.xml", _manifest(names)),
            *((name, item(exercise, name[:-4])) for name, exercise in zip(names, exercises, strict=True)),
        ):
            package.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def item(exercise: Drawn, identifier: str) -> str:
    """Write one assessment item; each blank is a response of its own and scores 1."""
    blanks = [part for question in exercise.questions for part in parts(question)]
    declared = "".join(_declaration(place, part) for place, part in enumerate(blanks))
    body = "".join(_interaction(place, part) for place, part in enumerate(blanks))
    outcomes = "".join(
        f'<outcomeDeclaration identifier="FEEDBACK{place}" cardinality="single" baseType="identifier"/>'
        for place in range(len(blanks))
    )
    rules = "".join(_rule(place, part) for place, part in enumerate(blanks))
    feedback = "".join(_feedback(place, part) for place, part in enumerate(blanks))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<assessmentItem xmlns="{_NAMESPACE}" xmlns:xsi="{_XSI}" xsi:schemaLocation="{_SCHEMA}" '
        f'identifier="{identifier}" title="{escape(exercise.template.title)}" adaptive="false" timeDependent="false">\n'
        f"{declared}"
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"><defaultValue><value>0</value>'
        f"</defaultValue></outcomeDeclaration>{outcomes}\n"
        f"<itemBody><div>{html(exercise.text)}</div>{body}</itemBody>\n"
        f"<responseProcessing>{rules}</responseProcessing>\n{feedback}</assessmentItem>\n"
    )


def _declaration(place: int, part: Part) -> str:
    kind = {"number": "float", "text": "string", "choice": "identifier"}[part.form]
    value = plain(part.truth[0]) if part.form == "number" else escape(part.truth[0])
    if part.form == "choice":
        value = _option(place, part, part.truth[0])
    return (
        f'<responseDeclaration identifier="RESPONSE{place}" cardinality="single" baseType="{kind}">'
        f"<correctResponse><value>{value}</value></correctResponse></responseDeclaration>"
    )


def _option(place: int, part: Part, option: str) -> str:
    """Return the identifier of an option, of which an item has no two alike."""
    return f"CHOICE{place}OPTION{part.options.index(option)}"


def _interaction(place: int, part: Part) -> str:
    if part.form == "choice":
        choices = "".join(
            f'<simpleChoice identifier="{_option(place, part, option)}">{escape(option)}</simpleChoice>'
            for option in part.options
        )
        return (
            f'<choiceInteraction responseIdentifier="RESPONSE{place}" shuffle="false" maxChoices="1">'
            f"<prompt>{escape(part.label)}</prompt>{choices}</choiceInteraction>"
        )
    return (
        f'<p>{escape(part.label)}: <textEntryInteraction responseIdentifier="RESPONSE{place}" expectedLength="20"/></p>'
    )


def _rule(place: int, part: Part) -> str:
    score = (
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        '<baseValue baseType="float">1</baseValue></sum></setOutcomeValue>'
    )
    first = f"<responseIf>{_test(place, part, part.truth)}{score}{_say(place, 'RIGHT')}</responseIf>"
    others = "".join(
        f"<responseElseIf>{_test(place, part, value)}{_say(place, f'SLIP{number}')}</responseElseIf>"
        for number, (value, _) in enumerate(part.slips)
    )
    return f"<responseCondition>{first}{others}<responseElse>{_say(place, 'OTHER')}</responseElse></responseCondition>"


def _test(place: int, part: Part, value: tuple[Any, ...]) -> str:
    variable = f'<variable identifier="RESPONSE{place}"/>'
    if part.form == "number":
        margin = plain(value[1])
        return (
            f'<equal toleranceMode="absolute" tolerance="{margin} {margin}">{variable}'
            f'<baseValue baseType="float">{plain(value[0])}</baseValue></equal>'
        )
    if part.form == "choice":
        chosen = _option(place, part, value[0])
        return f'<match>{variable}<baseValue baseType="identifier">{chosen}</baseValue></match>'
    return (
        f'<stringMatch caseSensitive="false">{variable}<baseValue baseType="string">{escape(value[0])}</baseValue>'
        "</stringMatch>"
    )


def _say(place: int, what: str) -> str:
    return (
        f'<setOutcomeValue identifier="FEEDBACK{place}"><baseValue baseType="identifier">{what}</baseValue>'
        "</setOutcomeValue>"
    )


def _feedback(place: int, part: Part) -> str:
    said = {"RIGHT": "Correct.", "OTHER": "Not quite."}
    said |= {f"SLIP{number}": f"Not quite: {words}" for number, (_, words) in enumerate(part.slips)}
    return "".join(
        f'<modalFeedback outcomeIdentifier="FEEDBACK{place}" identifier="{what}" showHide="show">'
        f"<p>{escape(part.label)}: {escape(words)}</p></modalFeedback>\n"
        for what, words in said.items()
    )


def _manifest(names: Sequence[str]) -> str:
    resources = "".join(
        f'<resource identifier="R{place}" type="imsqti_item_xmlv2p1" href="{name}"><file href="{name}"/></resource>'
        for place, name in enumerate(names, 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="LECTERN">'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>"
        f"<organizations/><resources>{resources}</resources></manifest>\n"
    )
