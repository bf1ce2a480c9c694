"""Measure a network of the user's own, an entry of the section own of params.yaml: measure NAME."""

import sys

from misread import params, stage
from misread.data import own_results, texts
from misread.own import files, headline
from misread.own.settings import of_params
from misread.training import determinism


def main() -> None:
    [name] = sys.argv[1:]
    settings = params.load()
    asked = settings.own_network(name).options
    determinism.make_deterministic(settings.seed, settings.threads)
    request = files.Request(**asked, out=own_results.result(name), name=name, overwrite=True, threads=settings.threads)
    result = files.measure(request, of_params(settings))
    result.save(request.out, overwrite=True)
    texts.write({own_results.metrics(name): texts.as_json(headline.metrics(result))})


if __name__ == "__main__":
    stage.run(main)
