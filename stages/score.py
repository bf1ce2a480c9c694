"""Turn predictions into numbers: each network's metrics and tables, the headline, the study's results table.

score.py NETWORK-REGIME ...
"""

import json
import sys
from pathlib import Path

import stage
from misread import params
from misread.analysis import scores, summary, tables
from misread.data import store

BASELINE = "cnn-clean"
REPORTS = Path("reports")


def as_json(values: dict) -> str:
    return json.dumps(values, indent=2) + "\n"


def main() -> None:
    settings = params.load()
    selected = (settings.noise.type, settings.noise.level)
    keys = sys.argv[1:]
    predictions = {key: store.read_table(REPORTS / f"predictions/{key}.parquet") for key in keys}
    trained = {key: json.loads(Path(f"models/{key}/training.json").read_text(encoding="utf-8")) for key in keys}
    scored = {key: scores.by_noise(table) for key, table in predictions.items()}
    baseline = scored[BASELINE].copy()
    texts = {}
    for key, table in scored.items():
        metrics = scores.metrics(table, baseline, trained[key]["parameters"], selected)
        table["corruption_error"] = table.noise_type.map(scores.corruption_error(table, baseline))
        for position, column in enumerate(("label", "image_size", "regime")):
            table.insert(position, column, trained[key][column])
        texts[Path(f"metrics/{key}.json")] = as_json(metrics)
        texts[REPORTS / f"by_noise/{key}.csv"] = table.to_csv(index=False)
        texts[REPORTS / f"per_class/{key}.csv"] = scores.per_class(predictions[key]).to_csv(index=False)
    source = settings.data.source
    results = tables.results(list(scored.values()))
    texts[Path("metrics/summary.json")] = as_json(summary.headline(scored, predictions, source, selected))
    texts[REPORTS / "results.csv"] = results.to_csv(index=False)
    texts[REPORTS / "results.md"] = tables.results_markdown(results, source, "-".join(selected))
    for target, text in texts.items():
        with store.complete_or_absent(target) as path:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
