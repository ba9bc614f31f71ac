"""Two classes, and the choice of the positive one."""

from __future__ import annotations

import math

# What says yes and no, in English and in other large languages.
_YES = (
    "+ true t yes y pos positive ja positiv wahr oui o vrai positif si sí s sì positivo verdadero vero sim verdadeiro "
    "да истина tak prawda evet ya benar có đúng はい 真 正 是 有 阳性 陽性 예 네 양성 참 हाँ हां نعم ایجابی "
    "إيجابي بله ہاں হ্যাঁ так ναι ken 是的 present"
)
_NO = (
    "- false f no n neg negative nein negativ falsch non faux négatif negatif negativo falso não nao нет ложь nie "
    "fałsz hayır hayir tidak salah không sai いいえ 偽 假 负 負 否 无 無 阴性 陰性 아니오 아니요 음성 거짓 नहीं "
    "لا سلبي خیر نہیں না ні όχι nee nej 不是 none absent"
)
# What is looked for, and what is usual: tests, medicine, fraud, networks, credit, customers.
_SOUGHT = (
    "abnormal case cases anomaly anomalous outlier fraud fraudulent sick ill diseased disease patient dead died death "
    "deceased attack intrusion default defaulted malignant cancer tumor spam phishing malware faulty defect defective "
    "won failure failed churn churned event responder hit relevant krank betrug defekt anormal anomal auffällig tot "
    "verstorben bösartig fall malade fraude mort décédé cas malin muerto enfermo anormal caso morto malato doente "
    "fraudulento maligno frode больной болен умер мошенничество случай chory zgon oszustwo ziek overleden fraud hasta "
    "dolandırıcılık 病 患者 患病 异常 異常 欺诈 詐欺 死亡 恶性 悪性 不正 환자 사망 사기 비정상 असामान्य مريض احتيال"
)
_USUAL = (
    "normal control controls legit legitimate genuine well healthy living alive survived benign paid ham clean inlier "
    "nowin intact retained stayed nonevent irrelevant gesund normal unauffällig lebendig gutartig kontrolle sain "
    "vivant témoin bénin sano vivo control normale sadio saudável benigno controle controllo здоровый здоров жив норма "
    "контроль zdrowy żywy gezond levend sağlıklı 健康 "
    "正常 健常 良性 生存 对照 対照 정상 생존 सामान्य سليم طبيعي regular ok"
)
POSITIVE_WORDS = frozenset([*_YES.split(), *_SOUGHT.split()])
NEGATIVE_WORDS = frozenset([*_NO.split(), *_USUAL.split()])
_DENIED = ("no ", "no_", "no-", "non ", "non_", "non-", "not ", "not_", "not-", "kein ", "sin ", "pas ")


def as_number(text: str) -> float:
    """Return the value of a text that is a finite number in plain digits, or nan."""
    if not text.isascii() or "_" in text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def ordered(first: str, second: str, n_first: int, n_second: int) -> tuple[str, str, str]:
    """Order two classes, with these numbers of examples, as (negative, positive), and say why.

    The positive class is the one whose name says so: 1 and not 0 or -1, a word for yes ("true", "pos", "+") or for
    a target ("case", "fraud", "abnormal"), or the one whose partner says the opposite ("no", "control", "not fraud").
    Otherwise it is the rarer one, and of equally many the larger number or the last in alphabetical order.
    """
    told = [_meaning(first, second), _meaning(second, first)]
    if told[0] != told[1]:
        first_is, why = told[0] > told[1], "by its meaning"
    elif n_first != n_second:
        first_is, why = n_first < n_second, "the rarer one"
    elif math.isnan(as_number(first) + as_number(second)):
        first_is, why = (first.casefold(), first) > (second.casefold(), second), "the last in alphabetical order"
    else:
        first_is, why = as_number(first) > as_number(second), "the larger number"
    return (second, first, why) if first_is else (first, second, why)


def _meaning(name: str, other: str) -> int:
    """Return 1 if the name of a class says positive, -1 if it says negative, 0 if it says nothing."""
    value, beside = as_number(name), as_number(other)
    if not math.isnan(value + beside):
        return int(value > 0 >= beside) - int(beside > 0 >= value)
    word = name.strip().casefold()
    denied = word in NEGATIVE_WORDS or word.startswith(_DENIED) or value == 0
    return int(word in POSITIVE_WORDS or value == 1) - denied
