"""Two classes, and which of them is the positive one."""

from __future__ import annotations

import math

# What says yes and no, in English and in other large languages.
_YES = (
    "+ true t yes y pos positive ja positiv wahr oui o vrai positif si sí s positivo verdadero vero sim verdadeiro да "
    "tak evet はい 是 有 阳性 陽性 예 sì"
)
_NO = (
    "- false f no n neg negative nein negativ falsch non faux négatif negatif negativo falso não nao нет nie hayır "
    "hayir いいえ 否 无 無 阴性 陰性 아니오 none absent"
)
# What is looked for, and what is usual: tests, medicine, fraud, networks, credit, customers.
_SOUGHT = (
    "abnormal case cases anomaly anomalous outlier fraud fraudulent sick ill diseased disease patient dead died death "
    "deceased attack intrusion default defaulted malignant cancer tumor spam phishing malware faulty defect defective "
    "failure failed churn churned event present responder hit relevant krank betrug defekt malade fraude muerto enfermo"
)
_USUAL = (
    "normal control controls legit legitimate genuine well healthy living alive survived benign paid ham clean inlier "
    "intact retained stayed nonevent irrelevant gesund sain sano vivo regular ok"
)
POSITIVE_WORDS = frozenset([*_YES.split(), *_SOUGHT.split()])
NEGATIVE_WORDS = frozenset([*_NO.split(), *_USUAL.split()])
_DENIED = ("no ", "no_", "no-", "non ", "non_", "non-", "not ", "not_", "not-", "kein ", "sin ", "pas ")


def as_number(text: str) -> float:
    """Value of a text that is a finite number in plain digits, else nan."""
    if not text.isascii() or "_" in text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def in_order(first: str, second: str) -> tuple[str, str]:
    """Put two class names in the order (negative, positive).

    Positive is the larger of two numbers; of two words the one that says so ("yes", "true", "pos", "+") or names what
    is looked for ("case", "fraud", "abnormal"), or the one whose partner says the opposite ("no", "control", "not
    fraud"); else the last in alphabetical order.
    """

    def rank(name: str) -> tuple[float, str, str]:
        word = name.strip().casefold()
        denied = word in NEGATIVE_WORDS or word.startswith(_DENIED)
        return (word in POSITIVE_WORDS) - denied, word, name

    if math.isnan(as_number(first) + as_number(second)):
        ordered = sorted((first, second), key=rank)
    else:
        ordered = sorted((first, second), key=as_number)
    return ordered[0], ordered[1]
