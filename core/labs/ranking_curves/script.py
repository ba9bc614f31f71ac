"""ROC, precision-recall, and precision-recall-gain curves of one or two models, with one threshold through all."""

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

# settings
source, first, second, digit, swap = "credit", "logistic", "adaboost", 8, False
test_share, seed = 0.3, 43
separation, spread, separation_2, spread_2, positives_share, n_cases = 1.5, 1.0, 1.0, 1.0, 0.3, 1000
threshold, prevalence, beta, cost_ratio = 0.5, 0.0, 1.0, 1.0
# end of settings

# --- gauss: scores of negatives are N(0, 1), of positives N(separation, spread^2)
rng = np.random.default_rng(seed)
positives = min(max(round(positives_share * n_cases), 1), n_cases - 1)
y = np.arange(n_cases) < positives
models = {}
for name, mean, std in [("First scorer", separation, spread), ("Second scorer", separation_2, spread_2)]:
    score = rng.standard_normal(n_cases)
    score[y] = mean + std * score[y]
    models[name] = -score if swap else score
y = y != swap

# --- table: cases with two classes; the page offers the file for download
import csv  # noqa: E402

with open("table.csv", encoding="utf-8", newline="") as file:
    header, *rows = csv.reader(file)
table = np.array(rows, dtype=object)
X, y = table[:, :-1], table[:, -1] == "1"
X[X == ""] = np.nan
texts = [k for k, name in enumerate(header[:-1]) if name.startswith("category:")]
numbers = [k for k in range(X.shape[1]) if k not in texts]
X[:, numbers] = X[:, numbers].astype(float)

# --- bundled: data sets that come with scikit-learn
from sklearn.datasets import load_breast_cancer, load_digits  # noqa: E402

data = load_breast_cancer() if source == "cancer" else load_digits()
X, y = data.data, data.target == (0 if source == "cancer" else digit)  # 0 is malignant
texts, numbers = [], list(range(X.shape[1]))

# --- models: they learn from one part of the data and score the other
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.naive_bayes import GaussianNB  # noqa: E402
from sklearn.neighbors import KNeighborsClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402

train, test = train_test_split(np.arange(len(y)), test_size=test_share, random_state=seed)
known = {
    "logistic": LogisticRegression(max_iter=1000, random_state=41),
    "adaboost": AdaBoostClassifier(n_estimators=100, random_state=41),
    "tree": DecisionTreeClassifier(min_samples_leaf=10, random_state=41),
    "forest": RandomForestClassifier(n_estimators=100, random_state=41),
    "neighbours": KNeighborsClassifier(n_neighbors=min(15, len(train))),
    "bayes": GaussianNB(),
}
models = {}
for name in (first, second):
    if name != "none":
        scale = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
        one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        columns = ColumnTransformer([("numbers", scale, numbers), ("texts", one_hot, texts)])
        model = make_pipeline(columns, known[name]).fit(X[train], y[train])
        models[name] = model.predict_proba(X[test])[:, 0 if swap else 1]
y = y[test] != swap

# --- file: scores that were made elsewhere
columns = np.genfromtxt("cases.csv", delimiter=",", skip_header=1, ndmin=2).T  # the page offers it for download
y, models = columns[0] == 1, {f"score {k}": score for k, score in enumerate(columns[1:], 1)}

# --- numbers
P, N = y.sum(), (~y).sum()
pi = min(max(prevalence, 0.001), 0.999) if prevalence else P / (P + N)
c = pi / (1 - pi)


def auprg(tpr, fpr):
    """Return the area under precision gain over recall gain 0 to 1; the curve is straight wherever ROC is."""
    fpr0 = np.interp(pi, tpr, fpr)  # where recall gain is 0, recall is pi
    if tpr[0] < pi:
        below = np.searchsorted(tpr, pi)
        fpr0 = fpr[below - 1] + (pi - tpr[below - 1]) / (tpr[below] - tpr[below - 1]) * (fpr[below] - fpr[below - 1])
    t, f = np.append(pi, tpr[tpr >= pi]), np.append(fpr0, fpr[tpr >= pi])
    return np.trapezoid(1 - f / t, 1 - c * (1 - t) / t)


chosen = None
for name, score in models.items():
    fpr, tpr, cut = roc_curve(y, score, drop_intermediate=False)
    weights = np.where(y, pi / P, (1 - pi) / N)
    print(name)
    print(f"  AUROC {roc_auc_score(y, score):.5f}  <- shown")
    print(f"  average precision {average_precision_score(y, score, sample_weight=weights):.5f}  <- shown")
    print(f"  AUPRG {auprg(tpr, fpr):.5f}  <- shown")
    called = np.rint(P * tpr + N * fpr)
    if chosen is None:  # the slider goes over (TPR + FPR) / 2, in thousandths or, with many scores, in 500 steps
        place = (tpr + fpr) / 2
        stops = np.round(place, 3) if len(place) <= 501 else np.linspace(0, 1, 501)
        k = np.argmin(abs(stops - threshold))
        i = k if len(place) <= 501 else np.argmin(abs(place - stops[k]))
        i = len(place) - 1 if stops[k] == 1 else i
        chosen = called[i]
    i = i if name == next(iter(models)) else np.argmin(abs(called - chosen))
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = pi * tpr[i] / (pi * tpr[i] + (1 - pi) * fpr[i])
        precision_gain, recall_gain = 1 - fpr[i] / tpr[i], 1 - c * (1 - tpr[i]) / tpr[i]
    f = (1 + beta**2) * pi * tpr[i] / (pi * tpr[i] + (1 - pi) * fpr[i] + beta**2 * pi)
    f_gain = (precision_gain + beta**2 * recall_gain) / (1 + beta**2)
    cost = (cost_ratio * (1 - pi) * fpr[i] + pi * (1 - tpr[i])) / (1 + cost_ratio)
    print(f"  score >= {cut[i]:.6g}: true positives {P * tpr[i]:.0f}, false positives {N * fpr[i]:.0f}  <- the slider")
    print(f"  recall {tpr[i]:.5f}, false positive rate {fpr[i]:.5f}, precision {precision:.5f}  <- the slider")
    print(f"  recall gain {recall_gain:.5g}, precision gain {precision_gain:.5g}  <- the slider")
    print(f"  F {f:.5f}, F gain {f_gain:.5g}, cost of a case {cost:.5g}  <- the slider")
