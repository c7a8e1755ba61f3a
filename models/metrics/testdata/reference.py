"""Makes reference.json: figures of scikit-learn and statsmodels for models/metrics.

Run: python3 reference.py     (Python 3.11, scikit-learn 1.7.2, statsmodels 0.15.0, numpy 2.4.6; seed 20261122)
Then: Rscript reference.R     (R 4.2.2, pROC 1.18.0), which reads reference.json's columns and writes delong.json
"""
import csv
import json

import numpy as np
import statsmodels.api as sm
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

N = 300
rng = np.random.default_rng(20261122)
truth = rng.normal(-0.7, 1.2, N)
wins = (rng.random(N) < 1 / (1 + np.exp(-truth))).astype(int)
first = np.round(1 / (1 + np.exp(-(1.4 * truth + rng.normal(0, 0.6, N) + 0.3))), 2).clip(0.01, 0.99)  # ties
second = np.round(1 / (1 + np.exp(-(truth + rng.normal(0, 1.5, N)))), 2).clip(0.01, 0.99)
weights = rng.integers(1, 5, N).astype(float)

log_odds = np.log(first / (1 - first))
slope = sm.GLM(wins, sm.add_constant(log_odds), family=sm.families.Binomial()).fit(tol=1e-14)
large = sm.GLM(wins, np.ones(N), offset=log_odds, family=sm.families.Binomial()).fit(tol=1e-14)
isotonic = IsotonicRegression().fit(first, wins, sample_weight=weights)
with open("reference.csv", "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(["won", "first", "second", "weight"])
    writer.writerows(zip(wins.tolist(), first.tolist(), second.tolist(), weights.tolist()))
json.dump({
    "auc_first": roc_auc_score(wins, first),
    "auc_second": roc_auc_score(wins, second),
    "auc_weighted": roc_auc_score(wins, first, sample_weight=weights),
    "log_loss": log_loss(wins, first),
    "log_loss_weighted": log_loss(wins, first, sample_weight=weights),
    "brier": brier_score_loss(wins, first),
    "slope": slope.params[1], "slope_error": slope.bse[1],
    "in_the_large": large.params[0], "in_the_large_error": large.bse[0],
    "isotonic": isotonic.predict(first).tolist(),
    "wilson": [[won, n, *proportion_confint(won, n, method="wilson")] for won, n in
               [(0, 10), (3, 10), (10, 10), (1, 1), (137, 1000)]],
}, open("reference.json", "w"), indent=1)
