"""Makes reference.json: scikit-learn's answer to the fit's own objective at a fixed λ.

Run: python3 reference.py    (Python 3.11, scikit-learn 1.7.2, numpy 2.4.6; seed 20261122)

The random walk over ordered bins is a ridge on the differences of neighbours, so one-hot columns are replaced by
"code > j" (centred over the ordered rows, 0 elsewhere), and scikit-learn's C is 1/λ on the summed loss.
"""
import json

import numpy as np
from sklearn.linear_model import LogisticRegression

LAMBDA, N = 2.5, 400
rng = np.random.default_rng(20261122)
bins, ordered = [7, 5, 12], [6, 0, 10]
codes = [rng.integers(0, b, N) for b in bins]
eta = np.sin(codes[0]) + (codes[1] == 2) * 1.5 - 0.1 * codes[2] - 0.3
wins = (rng.random(N) < 1 / (1 + np.exp(-eta))).astype(int)
weights = rng.integers(1, 4, N).astype(float)

columns = []
for code, b, o in zip(codes, bins, ordered):
    inside = code < o
    for j in range(o - 1):
        column = (inside & (code > j)).astype(float)
        mean = (weights * column)[inside].sum() / weights[inside].sum()
        columns.append(np.where(inside, column - mean, 0.0))
    for level in range(o, b):
        columns.append((code == level).astype(float))
x = np.column_stack(columns)
model = LogisticRegression(C=1 / LAMBDA, solver="newton-cholesky", tol=1e-14, max_iter=1000)
model.fit(x, wins, sample_weight=weights)
log_odds = model.intercept_[0] + x @ model.coef_[0]
p = 1 / (1 + np.exp(-log_odds))
full = np.column_stack([np.ones(N), x])
penalty = LAMBDA * np.eye(full.shape[1])
penalty[0, 0] = 0
hessian = full.T @ (full * (weights * p * (1 - p))[:, None]) + penalty
standard_error = np.sqrt(np.einsum("ij,jk,ik->i", full, np.linalg.inv(hessian), full))
with open("reference.json", "w") as out:
    json.dump({"lambda": LAMBDA, "bins": bins, "ordered": ordered, "codes": [c.tolist() for c in codes],
               "wins": wins.tolist(), "weights": weights.tolist(),
               "log_odds": [float(f"{v:.12g}") for v in log_odds],
               "standard_error": [float(f"{v:.12g}") for v in standard_error]}, out)
    out.write("\n")
