"""Put all networks side by side: the headline numbers and the study's results table."""

import json
from pathlib import Path

import pandas as pd

import stage
from misread import params
from misread.analysis import summary, tables
from misread.data import store


def main() -> None:
    settings = params.load()
    noise, source = settings.noise, settings.data.source
    keys = stage.scored_keys()
    scored = {key: pd.read_csv(f"reports/by_noise/{key}.csv", keep_default_na=False) for key in keys}
    predictions = {key: store.read_table(Path(f"reports/predictions/{key}.parquet")) for key in keys}
    headline = summary.headline(scored, predictions, source, (noise.type, noise.level))
    results = tables.results(list(scored.values()))
    texts = {
        Path("metrics/summary.json"): json.dumps(headline, indent=2) + "\n",
        Path("reports/results.csv"): results.to_csv(index=False),
        Path("reports/results.md"): tables.results_markdown(results, source, f"{noise.type}-{noise.level}"),
    }
    for target, text in texts.items():
        with store.complete_or_absent(target) as path:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
