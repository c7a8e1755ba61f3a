"""Measures other programs on the data and the folds of make quality, and prints their figures beside leadscore's.

    python3 peers.py DATA [--ours quality.json] [--only bank,telco] [--methods LightGBM]

DATA is what `go run ./cmd/quality -write DATA` writes: per data set train.csv, all leads in the order of make quality, and the
schema.yaml that leadscore was given. A field that the schema does not use is not used here; missing and special values are
what the schema says. Fold = row index mod 4; out-of-fold predictions of all folds are pooled. bank is measured from its first 70 %
to its last 30 %, too: its rows are in time order.

No method is tuned to these folds beyond what its own authors recommend: settings are below, early stopping looks at a tenth of the training rows.
"""

import argparse
import json
import os
import platform
import sys
import time
import warnings

import numpy as np
import pandas as pd
import yaml
from scipy.optimize import minimize
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

warnings.filterwarnings("ignore")
SETS = ["x_education", "bank", "telco", "adult", "ibm"]
THREADS = int(os.environ.get("THREADS", os.cpu_count() or 1))
SEED = 1


def read(folder):
    """Gives fields (numbers as floats, the rest as texts with missing as a value of its own) and outcomes."""
    with open(os.path.join(folder, "schema.yaml")) as file:
        schema = yaml.safe_load(file)
    table = pd.read_csv(os.path.join(folder, "train.csv"), dtype=str, keep_default_na=False)
    won = table[schema["outcome"]["column"]].isin([str(v) for v in schema["outcome"]["won"]]).to_numpy().astype(int)
    fields = {}
    for field in schema["fields"]:
        if field.get("use", True) in (False, "no"):
            continue
        column = table[field.get("column", field["name"])].str.strip()
        missing = column.isin([""] + [str(v) for v in field.get("missing", [])])
        if field["kind"] == "number":
            fields[field["name"]] = pd.to_numeric(column.mask(missing), errors="coerce")
            for value in field.get("special", []):  # a value that means something else than its size: a mark of its own
                special = fields[field["name"]] == value
                fields[field["name"] + " special"] = special.astype(float)
                fields[field["name"]] = fields[field["name"]].mask(special)
        else:
            fields[field["name"]] = column.mask(missing, "(missing)").astype(str)
    return pd.DataFrame(fields), won


def split_columns(x):
    numbers = [c for c in x if pd.api.types.is_numeric_dtype(x[c])]
    return numbers, [c for c in x if c not in numbers]


def logistic(x, y, new):
    """scikit-learn's logistic regression, C = 1: one-hot levels, standardised numbers, a mark where one is missing."""
    numbers, texts = split_columns(x)
    model = make_pipeline(
        ColumnTransformer([
            ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
            ("texts", OneHotEncoder(handle_unknown="ignore", min_frequency=10), texts)]),
        LogisticRegression(max_iter=2000))
    return model.fit(x, y).predict_proba(new)[:, 1]


def coded(x, new):
    """Levels as numbers for the tree methods; rare levels share one, unseen ones are missing."""
    numbers, texts = split_columns(x)
    coder = OrdinalEncoder(min_frequency=10, handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=250)
    out = []
    coder = coder.fit(x[texts]) if texts else None
    for part in (x, new):
        columns = [part[numbers].to_numpy(float)]
        if texts:
            columns.append(coder.transform(part[texts]).astype(float))
        out.append(np.hstack(columns))
    return out[0], out[1], list(range(len(numbers), len(numbers) + len(texts)))


def boosting(x, y, new):
    """scikit-learn's histogram gradient boosting, the best of three sizes by the log loss of early stopping."""
    a, b, texts = coded(x, new)
    fit_a, stop_a, fit_y, stop_y = train_test_split(a, y, test_size=0.1, random_state=SEED, stratify=y)
    best = None
    for leaves, rate in ((8, 0.1), (16, 0.05), (31, 0.03)):
        model = HistGradientBoostingClassifier(max_leaf_nodes=leaves, learning_rate=rate, max_iter=1000, early_stopping=True,
                                               validation_fraction=0.1, n_iter_no_change=20, categorical_features=texts, random_state=SEED)
        model.fit(fit_a, fit_y)
        loss = log_loss(stop_y, model.predict_proba(stop_a)[:, 1])
        if best is None or loss < best[0]:
            best = loss, leaves, rate, model.n_iter_
    model = HistGradientBoostingClassifier(max_leaf_nodes=best[1], learning_rate=best[2], max_iter=best[3], early_stopping=False,
                                           categorical_features=texts, random_state=SEED)
    return model.fit(a, y).predict_proba(b)[:, 1]


def lightgbm(x, y, new):
    """LightGBM, 31 leaves, learning rate 0.03, rounds by early stopping, then fitted to all."""
    import lightgbm as lgb
    a, b, texts = coded(x, new)
    fit_a, stop_a, fit_y, stop_y = train_test_split(a, y, test_size=0.1, random_state=SEED, stratify=y)
    settings = dict(objective="binary", learning_rate=0.03, num_leaves=31, min_child_samples=20, num_threads=THREADS, seed=SEED, verbose=-1)
    first = lgb.train(settings, lgb.Dataset(fit_a, fit_y, categorical_feature=texts), 2000,
                      valid_sets=[lgb.Dataset(stop_a, stop_y, categorical_feature=texts)], callbacks=[lgb.early_stopping(50, verbose=False)])
    model = lgb.train(settings, lgb.Dataset(a, y, categorical_feature=texts), first.best_iteration)
    return model.predict(b)


def ebm(x, y, new):
    """The explainable boosting machine, its authors' settings: additive in the fields, with pairs."""
    from interpret.glassbox import ExplainableBoostingClassifier
    kinds = ["continuous" if pd.api.types.is_numeric_dtype(x[c]) else "nominal" for c in x]
    model = ExplainableBoostingClassifier(feature_types=kinds, n_jobs=THREADS, random_state=SEED)
    return model.fit(x, y).predict_proba(new)[:, 1]


METHODS = {"logistic regression": logistic, "gradient boosting": boosting, "LightGBM": lightgbm, "explainable boosting machine": ebm}


def slope(p, y):
    """Cox's calibration slope, by maximum likelihood."""
    eta = np.log(np.clip(p, 1e-12, 1 - 1e-12) / (1 - np.clip(p, 1e-12, 1 - 1e-12)))

    def loss(line):
        z = line[0] + line[1] * eta
        return np.mean(np.logaddexp(0, z) - y * z), np.array([np.mean(1 / (1 + np.exp(-z)) - y), np.mean((1 / (1 + np.exp(-z)) - y) * eta)])
    return minimize(loss, [0.0, 1.0], jac=True, method="BFGS").x[1]


def measure(x, y, splits, method):
    predicted, judged, begin = np.zeros(len(y)), np.zeros(len(y), bool), time.time()
    for train, score in splits:
        predicted[score] = method(x.iloc[train], y[train], x.iloc[score])
        judged[score] = True
    p, y = predicted[judged], y[judged]
    return dict(auc=roc_auc_score(y, p), log_loss=log_loss(y, np.clip(p, 1e-15, 1 - 1e-15)), calibration_slope=slope(p, y), seconds=time.time() - begin)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data")
    arguments.add_argument("--ours", help="what make quality prints with -json")
    arguments.add_argument("--only", default=",".join(SETS))
    arguments.add_argument("--methods", default=",".join(METHODS), help="the explainable boosting machine takes minutes to hours")
    given = arguments.parse_args()
    ours = {}
    if given.ours:
        with open(given.ours) as file:
            ours = {(m["data"], m["split"]): m for m in json.load(file)}
    import interpret
    import lightgbm as lgb
    import sklearn
    print(f"Python {platform.python_version()}, scikit-learn {sklearn.__version__}, LightGBM {lgb.__version__}, interpret {interpret.__version__}; "
          f"{platform.machine()}, {THREADS} threads\n")
    print("| data | split | method | AUC | log loss | slope | seconds |\n|---|---|---|---|---|---|---|")

    def line(name, way, method, m):
        print(f"| {name} | {way} | {method} | {m['auc']:.4f} | {m['log_loss']:.4f} | {m['calibration_slope']:.3f} | {m['seconds']:.0f} |", flush=True)
    for name in given.only.split(","):
        x, y = read(os.path.join(given.data, name))
        rows = np.arange(len(y))
        ways = {"four folds": [(rows[rows % 4 != k], rows[rows % 4 == k]) for k in range(4)]}
        if name == "bank":
            cut = len(y) * 7 // 10
            ways["70 % → 30 %"] = [(rows[:cut], rows[cut:])]
        for way, splits in ways.items():
            if (name, way) in ours:
                line(name, way, "**leadscore**", ours[name, way])
            for method in given.methods.split(","):
                line(name, way, method, measure(x, y, splits, METHODS[method]))


if __name__ == "__main__":
    sys.exit(main())
