"""Write the tables of all networks, the headline results, the confusions, and the gains from generated signs."""

import pandas as pd

from misread import params, paths, stage
from misread.data import store, texts
from misread.metrics import agreement, gan_scores, misreadings, summary, tables

CONTROLS = ("real", "label_preserving", "noise")  # downstream classifiers trained on real signs only


def main() -> None:
    settings = params.load()
    selected = (settings.noise.type, settings.noise.level)
    keys = paths.scored(settings.classifiers)
    scored = {key: store.read_scores(paths.scores(key) / "by_noise.csv") for key in keys}
    predictions = {key: store.read_table(paths.predictions(key)) for key in keys}
    downstream = {name: store.read_table(paths.downstream_predictions(name)) for name in sorted(paths.DOWNSTREAM)}
    gains = gan_scores.gains(downstream, CONTROLS)
    accuracies = gan_scores.downstream(downstream)
    of_gans = tables.gan_rows(accuracies, settings.gan.image_size)
    headline = summary.headline(scored, predictions, settings.data.source, selected)
    texts.write({paths.REPORTS / "results.csv": tables.results([*scored.values(), of_gans]).to_csv(index=False)})
    with store.complete_or_absent(paths.REPORTS / "tables") as folder:
        folder.mkdir()
        for name, table in {
            **misreadings.tables(predictions, selected),
            "agreement": agreement.table(predictions, settings.seed),
            "downstream": accuracies,
            "gains": gains,
            "histories": pd.concat(pd.read_csv(paths.history(key)).assign(classifier=key) for key in keys),
        }.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        for name, values in {"summary": headline, "augmentation": gan_scores.headline(gains, selected)}.items():
            (folder / f"{name}.json").write_text(texts.as_json(values), encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
