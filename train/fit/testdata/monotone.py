"""Makes monotone.json: another program's answer to the fit's own objective with promised directions.

Run: python3 monotone.py    (Python 3.11, cvxpy 1.9.3 with clarabel 0.11.1, numpy 2.4.6; seed 20261124)

Three inputs: the first promises never to fall although the data do both, the second never to rise, the third nothing.
"""
import json

import cvxpy as cp
import numpy as np

LAMBDA, N = 1.5, 500
rng = np.random.default_rng(20261124)
bins, ordered, monotone = [13, 9, 4], [12, 9, 0], [1, -1, 0]
codes = [rng.integers(0, b, N) for b in bins]
eta = 1.2 * np.sin(codes[0] / 2) - 0.4 * np.abs(codes[1] - 3) + (codes[2] == 1) - 0.2
wins = (rng.random(N) < 1 / (1 + np.exp(-eta))).astype(int)
weights = rng.integers(1, 4, N).astype(float)

intercept, log_odds, penalty, bounds = cp.Variable(), 0, 0, []
for code, b, o, m in zip(codes, bins, ordered, monotone):
    beta = cp.Variable(b)
    onehot = np.eye(b)[code]
    log_odds = log_odds + onehot @ beta
    if o > 0:
        mass = weights @ onehot[:, :o]
        bounds.append(mass @ beta[:o] == 0)
        penalty = penalty + cp.sum_squares(cp.diff(beta[:o]))
        if m:
            bounds.append(m * cp.diff(beta[:o]) >= 0)
    if b > o:
        penalty = penalty + cp.sum_squares(beta[o:])
log_odds = intercept + log_odds
loss = cp.sum(cp.multiply(weights, cp.logistic(log_odds) - cp.multiply(wins, log_odds)))
problem = cp.Problem(cp.Minimize(loss + LAMBDA / 2 * penalty), bounds)
problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
with open("monotone.json", "w") as out:
    json.dump({"lambda": LAMBDA, "bins": bins, "ordered": ordered, "monotone": monotone, "codes": [c.tolist() for c in codes],
               "wins": wins.tolist(), "weights": weights.tolist(), "objective": float(f"{problem.value:.12g}"),
               "log_odds": [float(f"{v:.9g}") for v in log_odds.value]}, out)
    out.write("\n")
