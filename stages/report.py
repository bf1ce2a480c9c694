"""Draw the figures of the study, and write it as one page, reports/index.html, and for GitHub, reports/results.md."""

from misread import params, stage
from misread.data import own_results
from misread.report import build


def main() -> None:
    settings = params.load()
    own_results.remove_others(settings.own)
    build.write(settings)


if __name__ == "__main__":
    stage.run(main)
