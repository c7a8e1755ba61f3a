"""The pipeline behind FastAPI, as tutorials serve one. MODEL names the joblib file."""

import os

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

pipeline = joblib.load(os.environ["MODEL"])
app = FastAPI()


class Leads(BaseModel):
    leads: list[dict[str, float | str]]


@app.post("/score")
def score(request: Leads) -> dict[str, list[float]]:
    return {"probabilities": pipeline.predict_proba(pd.DataFrame(request.leads))[:, 1].tolist()}
