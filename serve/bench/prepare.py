"""Fits a scikit-learn pipeline to the history that leadscore was trained on, and writes the same leads as requests for every server.

usage: prepare.py DATA SCHEMA OUT

Whoever serves a pipeline computes engagement figures before the call, so the pipeline's requests hold finished numbers; those to leadscore
hold the events themselves, and it computes the figures.
"""

import json
import pathlib
import sys

import joblib
import pandas as pd
import yaml
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

MISSING = -1.0  # JSON has no NaN
AS_OF = pd.Timestamp("2026-07-01T00:00:00Z")
BATCH = 1000
SINGLES = 500


def table(leads, events, fields, at):
    """One row a lead: the fields of the schema, dates as ages in days, and events of the last 30 days by type."""
    out = pd.DataFrame(index=leads.index)
    for field in fields:
        column = leads[field.get("column", field["name"])]
        match field["kind"]:
            case "number":
                out[field["name"]] = pd.to_numeric(column, errors="coerce").fillna(MISSING)
            case "date":
                age = (at - pd.to_datetime(column, utc=True, errors="coerce")).dt.total_seconds() / 86400
                out[field["name"]] = age.fillna(MISSING)
            case "boolean":
                out[field["name"]] = column.map({"true": 1.0, "false": 0.0}).fillna(MISSING)
            case "email":
                out[field["name"]] = column.str.split("@").str[-1].fillna("")
            case _:
                out[field["name"]] = column.fillna("")
    seen = events.merge(at.rename("at"), left_on="lead_id", right_on=leads["lead_id"])
    recent = seen[(seen["event_time"] < seen["at"]) & (seen["event_time"] >= seen["at"] - pd.Timedelta(days=30))]
    counts = recent.groupby(["lead_id", "event_type"]).size().unstack(fill_value=0)
    for kind in sorted(events["event_type"].unique()):
        figure = counts[kind] if kind in counts else pd.Series(dtype=float)
        out["events_" + kind] = leads["lead_id"].map(figure).fillna(0).astype(float)
    return out


def read(folder):
    leads = pd.read_csv(folder / "leads.csv", dtype=str)
    events = pd.read_csv(folder / "events.csv", dtype=str)
    events["event_time"] = pd.to_datetime(events["event_time"], utc=True)
    leads["created_at"] = pd.to_datetime(leads["created_at"], utc=True)
    return leads, events


def fit(data, fields):
    leads, events = read(data)
    closed = leads[leads["outcome"].isin(["won", "lost"])].reset_index(drop=True)
    x = table(closed, events, fields, closed["created_at"] + pd.Timedelta(days=7))
    numbers = [c for c in x.columns if x[c].dtype.kind == "f"]
    texts = [c for c in x.columns if c not in numbers]
    pipeline = make_pipeline(
        ColumnTransformer([
            ("numbers", make_pipeline(SimpleImputer(missing_values=MISSING, strategy="median", add_indicator=True), StandardScaler()), numbers),
            ("texts", OneHotEncoder(handle_unknown="ignore", min_frequency=20), texts),
        ]),
        LogisticRegression(max_iter=1000),
    )
    return pipeline.fit(x, closed["outcome"] == "won")


def wire_value(kind, text):
    if pd.isna(text) or text == "":
        return {"missing": {}}
    match kind:
        case "number":
            return {"number": float(text)}
        case "boolean":
            return {"boolean": text == "true"}
        case "date":
            return {"timestamp": pd.Timestamp(text).strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {"text": text}


def wire_leads(leads, events, fields):
    by_lead = dict(tuple(events.groupby("lead_id")))
    for row in leads.to_dict("records"):
        happened = by_lead.get(row["lead_id"])
        yield {
            "id": row["lead_id"],
            "created_time": row["created_at"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "fields": {f["name"]: wire_value(f["kind"], row[f.get("column", f["name"])]) for f in fields},
            "events": [] if happened is None else [
                {"type": e.event_type, "time": e.event_time.strftime("%Y-%m-%dT%H:%M:%SZ")} for e in happened.itertuples() if e.event_time < AS_OF],
        }


def inference_request(x):
    """The Open Inference Protocol's JSON, as MLServer's pandas codec takes it: a tensor a column."""
    inputs = []
    for name in x.columns:
        is_number = x[name].dtype.kind == "f"
        inputs.append({"name": name, "shape": [len(x), 1], "datatype": "FP64" if is_number else "BYTES", "data": x[name].tolist(),
                       **({} if is_number else {"parameters": {"content_type": "str"}})})
    return {"parameters": {"content_type": "pd"}, "inputs": inputs, "outputs": [{"name": "predict_proba"}]}


def write(path, lines):
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


def main(data, schema, out):
    out.mkdir(parents=True, exist_ok=True)
    fields = [f for f in yaml.safe_load(schema.read_text())["fields"] if f.get("use") not in ("no", False)]
    pipeline = fit(data, fields)
    (out / "model").mkdir(exist_ok=True)
    joblib.dump(pipeline, out / "model" / "model.joblib")

    leads, events = read(data)
    leads = leads[leads["created_at"] < AS_OF].tail(BATCH).reset_index(drop=True)
    x = table(leads, events, fields, pd.Series(AS_OF, index=leads.index))
    write(out / "fastapi-1.jsonl", ({"leads": [row]} for row in x.head(SINGLES).to_dict("records")))
    write(out / "fastapi-1000.jsonl", [{"leads": x.to_dict("records")}])
    write(out / "mlserver-1.jsonl", (inference_request(x.iloc[[i]]) for i in range(SINGLES)))
    write(out / "mlserver-1000.jsonl", [inference_request(x)])

    wire = list(wire_leads(leads, events, fields))
    for word, explanation in (("numbers", "EXPLANATION_NONE"), ("explained", "EXPLANATION_FULL")):
        common = {"model": "deals", "as_of": AS_OF.strftime("%Y-%m-%dT%H:%M:%SZ"), "explanation": explanation}
        write(out / f"leadscore-{word}-1.jsonl", ({**common, "lead": lead} for lead in wire[:SINGLES]))
        write(out / f"leadscore-{word}-1000.jsonl", [{**common, "leads": wire}])
    print(f"{len(x)} leads, {len(x.columns)} columns of the pipeline, {sum(len(lead['events']) for lead in wire) / len(wire):.1f} events a lead")


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:4]))
