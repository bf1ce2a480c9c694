"""Write the tables of all networks, the headline results, the confusions, and the gains from generated signs."""

import pandas as pd

from misread import params, paths, stage
from misread.data import store, texts
from misread.metrics import agreement, gan_scores, misreadings, summary, tables
from misread.metrics.bootstrap import Resampling

CONTROLS = ("real", "label_preserving", "noise")  # downstream classifiers trained on real signs only


def main() -> None:
    settings = params.load()
    selected = (settings.noise.type, settings.noise.level)
    keys = paths.scored(settings.classifiers)
    scored = {key: store.read_scores(paths.scores(key) / "by_noise.csv") for key in keys}
    predictions = {key: store.read_table(paths.predictions(key)) for key in keys}
    trainings = {key: table.training.unique() for key, table in predictions.items()}
    downstream = {name: store.read_table(paths.downstream_predictions(name)) for name in sorted(paths.DOWNSTREAM)}
    how = Resampling(pd.read_csv(paths.TRACKS / "test.csv").group.to_numpy(), settings.sweep.resamples, settings.seed)
    gains = gan_scores.gains(downstream, CONTROLS, how)
    accuracies = gan_scores.downstream(downstream, how)
    of_gans = tables.gan_rows(accuracies, settings.gan.image_size)
    headline = summary.headline(scored, predictions, settings.data.source, selected, how)
    texts.write({paths.REPORTS / "results.csv": tables.results([*scored.values(), of_gans]).to_csv(index=False)})
    with store.complete_or_absent(paths.REPORTS / "tables") as folder:
        folder.mkdir()
        for name, table in {
            **misreadings.tables(predictions, selected, how),
            "agreement": agreement.table(predictions, how),
            "downstream": accuracies,
            "gains": gains,
            "histories": pd.concat(
                pd.read_csv(paths.history(key, number)).assign(classifier=key, training=number)
                for key in keys
                for number in trainings[key]
            ),
        }.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        for name, values in {"summary": headline, "augmentation": gan_scores.headline(gains, selected)}.items():
            (folder / f"{name}.json").write_text(texts.as_json(values), encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
