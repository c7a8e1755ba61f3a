"""Makes validation.json: figures of other programs for the statistics of the validation report.

Run: python3 validation.py    (Python 3.11, scikit-learn 1.9.1, statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6, dcurves 1.1.7, relplot 1.0.3)
Reads ../reference.csv. Then: Rscript validation.R, which writes validation.csv.
"""
import csv
import json

import dcurves
import numpy as np
import pandas as pd
import relplot
import statsmodels.api as sm
from scipy import stats
from sklearn.metrics import average_precision_score, brier_score_loss

rows = list(csv.DictReader(open("../reference.csv")))
won = np.array([int(r["won"]) for r in rows])
first = np.array([float(r["first"]) for r in rows])
second = np.array([float(r["second"]) for r in rows])
n, rate = len(won), won.mean()

# Likelihoods by statsmodels: the predictions as an offset with nothing fitted, and the intercept alone.
logit = np.log(first / (1 - first))
model = sm.Logit(won, logit[:, None]).loglike([1.0])
null = sm.Logit(won, np.ones((n, 1))).fit(disp=0).llf
nagelkerke = (1 - np.exp(2 * (null - model) / n)) / (1 - np.exp(2 * null / n))

# Gains by brute force over random orders of ties, which the mean over the tied leads must equal.
rng = np.random.default_rng(1)
gains = np.mean([np.cumsum(won[np.lexsort((rng.random(n), -first))])[[29, 59, 149]] for _ in range(20000)], axis=0) / won.sum()

frame = pd.DataFrame({"won": won, "first": first})
thresholds = [0.05, 0.1, 0.25, 0.5, 0.8]
curve = dcurves.dca(data=frame, outcome="won", modelnames=["first"], thresholds=thresholds)
benefit = {m: curve[curve.model == m].sort_values("threshold").net_benefit.tolist() for m in ["first", "all"]}

# Smooth ECE by brute force: the paper's definition, every residual through the reflected kernel, on a fine grid.
grid = np.linspace(0, 1, 4001)


def smoothed(sigma):
    r = np.zeros_like(grid)
    for k in range(-6, 7):
        for sign in (1, -1):
            r += (stats.norm.pdf(grid[:, None], sign * first[None, :] + 2 * k, sigma) * (won - first)).sum(1)
    return np.trapezoid(np.abs(r) / n, grid)


low, high = 1e-4, 1.0
for _ in range(20):
    middle = (low + high) / 2
    low, high = (low, middle) if smoothed(middle) < middle else (middle, high)

# Clustered bootstrap, independent code: 40,000 draws of 75 clusters of four leads each.
cluster = np.arange(n) // 4


def auc(score, weight):
    order = np.argsort(score, kind="stable")
    s, w, y = score[order], weight[order], won[order]
    below = np.concatenate([[0], np.cumsum(w * (1 - y))])
    left, right = np.searchsorted(s, s, "left"), np.searchsorted(s, s, "right")
    return (w * y * (below[left] + below[right]) / 2).sum() / ((w * y).sum() * (w * (1 - y)).sum())


draws = []
for _ in range(40000):
    weight = np.bincount(rng.integers(0, 75, 75), minlength=75)[cluster].astype(float)
    draws.append(auc(first, weight) - auc(second, weight))

days_a, days_b = 100 * first[won == 1], 100 * second[won == 1] + 3
u = stats.mannwhitneyu(days_a, days_b)
json.dump({
    "average_precision": average_precision_score(won, first),
    "brier_skill": 1 - brier_score_loss(won, first) / brier_score_loss(won, np.full(n, rate)),
    "nagelkerke": nagelkerke,
    "gains": gains.tolist(),
    "thresholds": thresholds, "net_benefit": benefit["first"], "net_benefit_all": benefit["all"],
    "smooth_ece": high, "smooth_ece_relplot": float(relplot.smECE(first, won)),
    "bootstrap_error": float(np.std(draws, ddof=1)), "bootstrap": np.quantile(draws, [0.025, 0.975]).tolist(),
    "sooner": 1 - u.statistic / (len(days_a) * len(days_b)),
    "coin_points": {str(k): int(stats.binom.ppf(0.025, k, 0.5)) for k in [1, 5, 6, 7, 20, 137, 1000]},
    "log_error": float(np.sqrt((1 - rate) / won.sum())), "ratio": float(first.sum() / won.sum()),
}, open("validation.json", "w"), indent=1)
