"""Turn the classifiers' predictions into numbers: each network's metrics and tables, and the headline.

score.py NETWORK-REGIME ...
"""

import json
import sys
from pathlib import Path

import stage
import texts
from misread import params
from misread.analysis import scores, summary
from misread.data import store

BASELINE = "cnn-clean"
REPORTS = Path("reports")


def main() -> None:
    settings = params.load()
    selected = (settings.noise.type, settings.noise.level)
    keys = sys.argv[1:]
    predictions = {key: store.read_table(REPORTS / f"predictions/{key}.parquet") for key in keys}
    trained = {key: json.loads(Path(f"models/{key}/training.json").read_text(encoding="utf-8")) for key in keys}
    scored = {key: scores.by_noise(table) for key, table in predictions.items()}
    baseline = scored[BASELINE].copy()
    files = {}
    for key, table in scored.items():
        metrics = scores.metrics(table, baseline, trained[key]["parameters"], selected)
        table["corruption_error"] = table.noise_type.map(scores.corruption_error(table, baseline))
        for position, column in enumerate(("label", "image_size", "regime")):
            table.insert(position, column, trained[key][column])
        files[Path(f"metrics/{key}.json")] = texts.as_json(metrics)
        files[REPORTS / f"by_noise/{key}.csv"] = table.to_csv(index=False)
        files[REPORTS / f"per_class/{key}.csv"] = scores.per_class(predictions[key]).to_csv(index=False)
    headline = summary.headline(scored, predictions, settings.data.source, selected)
    texts.write(files | {Path("metrics/summary.json"): texts.as_json(headline)})


if __name__ == "__main__":
    stage.run(main)
