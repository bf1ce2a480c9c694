"""Turn one network's predictions into its metrics and tables: score.py NETWORK REGIME."""

import json
import sys
from pathlib import Path

import stage
from misread import params
from misread.analysis import scores
from misread.data import store

BASELINE = "cnn-clean"


def main() -> None:
    network, regime = sys.argv[1:]
    key = f"{network}-{regime}"
    noise = params.load().noise
    predictions = store.read_table(Path(f"reports/predictions/{key}.parquet"))
    accuracies = scores.by_noise(predictions)
    baseline = scores.by_noise(store.read_table(Path(f"reports/predictions/{BASELINE}.parquet")))
    summary = json.loads(Path(f"models/{key}/training.json").read_text(encoding="utf-8"))
    metrics = scores.metrics(accuracies, baseline, summary["parameters"], (noise.type, noise.level))
    accuracies["corruption_error"] = accuracies.noise_type.map(scores.corruption_error(accuracies, baseline))
    for position, column in enumerate(("label", "image_size", "regime")):
        accuracies.insert(position, column, summary[column])
    with store.complete_or_absent(Path(f"metrics/{key}.json")) as path:
        path.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    with store.complete_or_absent(Path(f"reports/by_noise/{key}.csv")) as path:
        accuracies.to_csv(path, index=False)
    with store.complete_or_absent(Path(f"reports/per_class/{key}.csv")) as path:
        scores.per_class(predictions).to_csv(path, index=False)


if __name__ == "__main__":
    stage.run(main)
