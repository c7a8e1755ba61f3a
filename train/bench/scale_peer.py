"""One peer of the benchmark: a whole process from file to result, as a data team would write it.

    python scale_peer.py NAME FOLDER [OUT]

NAME is one of PEERS below; FOLDER holds leads.parquet (and events.parquet) of cmd/benchdata. It prints one line of JSON: the AUC and log loss
on the newest fifth of the leads, after a fit to those whose 90 days had passed when that fifth began - the split that leadscore makes.
"""
import json
import sys

import numpy as np
import pandas as pd

CATEGORIES = [f"category_{i:02d}" for i in range(18)]
NUMBERS = [f"number_{i:02d}" for i in range(12)]


def read(folder):
    data = pd.read_parquet(f"{folder}/leads.parquet", columns=["created_at", "stage"] + CATEGORIES + NUMBERS)
    won = (data["stage"] == "closed won").to_numpy()
    cut = data["created_at"].sort_values().iloc[int(len(data) * 0.8)]
    past = (data["created_at"] + pd.Timedelta(days=90) <= cut).to_numpy()
    newest = (data["created_at"] >= cut).to_numpy()
    return data, won, past, newest


def judge(probability, won):
    from sklearn.metrics import log_loss, roc_auc_score

    print(json.dumps({"auc": roc_auc_score(won, probability), "log_loss": log_loss(won, probability)}))


def pipeline(solver):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    columns = ColumnTransformer([
        ("categories", make_pipeline(SimpleImputer(strategy="constant", fill_value="missing"),
                                     OneHotEncoder(handle_unknown="ignore", min_frequency=10)), CATEGORIES),
        ("numbers", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), NUMBERS),
    ])
    return make_pipeline(columns, LogisticRegression(solver=solver, max_iter=1000))


def sklearn(folder, solver, save=None):
    data, won, past, newest = read(folder)
    model = pipeline(solver).fit(data[past], won[past])
    judge(model.predict_proba(data[newest])[:, 1], won[newest])
    if save:
        import joblib

        joblib.dump(model, save)


def sklearn_score(folder, out):
    """Scores the file with the model that sklearn-lbfgs has saved beside it."""
    import joblib

    model = joblib.load(f"{folder}/sklearn.joblib")
    data = pd.read_parquet(f"{folder}/leads.parquet", columns=["lead_id"] + CATEGORIES + NUMBERS)
    pd.DataFrame({"lead_id": data["lead_id"], "probability": model.predict_proba(data)[:, 1]}).to_parquet(out)
    print(json.dumps({}))


def as_categories(data):
    for name in CATEGORIES:
        data[name] = data[name].astype("category")
    return data[CATEGORIES + NUMBERS]


def glum(folder):
    from glum import GeneralizedLinearRegressor

    data, won, past, newest = read(folder)
    for name in CATEGORIES:
        data[name] = data[name].fillna("missing").astype("category")
    for name in NUMBERS:
        data[name + "_missing"] = data[name].isna().astype(float)
        mean, spread = data.loc[past, name].mean(), data.loc[past, name].std()
        data[name] = (data[name].fillna(mean) - mean) / spread
    columns = CATEGORIES + NUMBERS + [n + "_missing" for n in NUMBERS]
    model = GeneralizedLinearRegressor(family="binomial", l1_ratio=0, alpha=1 / past.sum())
    model.fit(data.loc[past, columns], won[past].astype(float))
    judge(model.predict(data.loc[newest, columns]), won[newest])


def lightgbm(folder):
    from lightgbm import LGBMClassifier

    data, won, past, newest = read(folder)
    x = as_categories(data)
    model = LGBMClassifier(verbose=-1).fit(x[past], won[past])
    judge(model.predict_proba(x[newest])[:, 1], won[newest])


def ebm(folder):
    from interpret.glassbox import ExplainableBoostingClassifier

    data, won, past, newest = read(folder)
    x = data[CATEGORIES + NUMBERS]
    model = ExplainableBoostingClassifier().fit(x[past], won[past])
    judge(model.predict_proba(x[newest])[:, 1], won[newest])


# The seven figures of cmd/benchdata's schema, each lead as of 30 days after its creation.
def events_pandas(folder, out):
    leads = pd.read_parquet(f"{folder}/leads.parquet", columns=["lead_id", "created_at"])
    events = pd.read_parquet(f"{folder}/events.parquet")
    leads["as_of"] = leads["created_at"] + pd.Timedelta(days=30)
    e = events.merge(leads[["lead_id", "as_of"]], on="lead_id")
    e = e[e["event_time"] < e["as_of"]]
    age = e["as_of"] - e["event_time"]
    e = e.assign(in_7=age <= pd.Timedelta(days=7), in_30=age <= pd.Timedelta(days=30), demo=e["event_type"] == "demo_request",
                 day=e["event_time"].dt.floor("D"), age=age)
    e["opens"] = e["in_30"] & (e["event_type"] == "email_open")
    e = e.sort_values(["event_time", "event_type"])
    g = e.groupby("lead_id", sort=False)
    figures = g.agg(events_7d=("in_7", "sum"), events_30d=("in_30", "sum"), opens_30d=("opens", "sum"), demos=("demo", "sum"),
                    quiet=("age", "min"), active_days=("day", "nunique"), first=("event_type", "first"))
    figures["quiet"] = figures["quiet"] / pd.Timedelta(days=1)
    leads[["lead_id"]].merge(figures, left_on="lead_id", right_index=True, how="left").to_parquet(out)
    print(json.dumps({}))


def events_polars(folder, out):
    import polars as pl

    leads = pl.scan_parquet(f"{folder}/leads.parquet").select("lead_id", as_of=pl.col("created_at") + pl.duration(days=30))
    e = pl.scan_parquet(f"{folder}/events.parquet").join(leads, on="lead_id").filter(pl.col("event_time") < pl.col("as_of"))
    age, kind = pl.col("as_of") - pl.col("event_time"), pl.col("event_type")
    figures = e.group_by("lead_id").agg(
        events_7d=(age <= pl.duration(days=7)).sum(), events_30d=(age <= pl.duration(days=30)).sum(),
        opens_30d=((age <= pl.duration(days=30)) & (kind == "email_open")).sum(), demos=(kind == "demo_request").sum(),
        quiet=age.min().dt.total_microseconds() / 86_400e6, active_days=pl.col("event_time").dt.truncate("1d").n_unique(),
        first=kind.sort_by("event_time", "event_type").first())
    leads.select("lead_id").join(figures, on="lead_id", how="left").collect().write_parquet(out)
    print(json.dumps({}))


def events_duckdb(folder, out):
    import duckdb

    duckdb.sql(f"""
        copy (
          with leads as (select lead_id, created_at + interval 30 day as as_of from '{folder}/leads.parquet'),
          e as (select lead_id, event_type, event_time, as_of - event_time as age from '{folder}/events.parquet' join leads using (lead_id)
                where event_time < as_of),
          figures as (select lead_id, count(*) filter (age <= interval 7 day) as events_7d, count(*) filter (age <= interval 30 day) as events_30d,
            count(*) filter (age <= interval 30 day and event_type = 'email_open') as opens_30d, count(*) filter (event_type = 'demo_request') as demos,
            epoch(min(age)) / 86400 as quiet, count(distinct date_trunc('day', event_time)) as active_days,
            arg_min(event_type, (event_time, event_type)) as first from e group by lead_id)
          select leads.lead_id, figures.* exclude lead_id from leads left join figures using (lead_id)
        ) to '{out}' (format parquet)""")
    print(json.dumps({}))


PEERS = {
    "sklearn-lbfgs": lambda folder, out: sklearn(folder, "lbfgs", f"{folder}/sklearn.joblib"),
    "sklearn-newton-cholesky": lambda folder, out: sklearn(folder, "newton-cholesky"),
    "glum": lambda folder, out: glum(folder),
    "lightgbm": lambda folder, out: lightgbm(folder),
    "ebm": lambda folder, out: ebm(folder),
    "sklearn-score": sklearn_score,
    "events-pandas": events_pandas,
    "events-polars": events_polars,
    "events-duckdb": events_duckdb,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
