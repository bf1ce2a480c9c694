"""Draw the figures of the study, and write it as one page, reports/index.html, and for GitHub, reports/results.md."""

from misread import params, stage
from misread.data import texts
from misread.report import build


def main() -> None:
    texts.write(build.pages(params.load()))


if __name__ == "__main__":
    stage.run(main)
