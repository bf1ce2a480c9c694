"""Serve the interactive page to this computer only: ./run misread.explorer.serve [FOLDER OF THE PROJECT]."""

import importlib.util
import logging
import os
import sys
from pathlib import Path

from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.explorer import photos, projects

PAGE = ROOT / "src/misread/explorer/app.py"
OPTIONS = (
    "--server.address=127.0.0.1",
    "--server.allowedHosts=127.0.0.1",  # no other host names, which foreign pages might use
    "--server.allowedHosts=localhost",
    f"--server.maxUploadSize={photos.MAX_MEGABYTES}",
    "--server.headless=true",  # does not ask for an e-mail address or open a browser
    "--server.fileWatcherType=none",
    "--browser.gatherUsageStats=false",
    "--client.toolbarMode=minimal",
    "--client.showErrorLinks=false",  # the links lead to search engines
    "--theme.light.primaryColor=#0072B2",
    "--theme.dark.primaryColor=#56B4E9",
)


def main() -> None:
    folder = projects.find(ROOT, Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else None)
    if importlib.util.find_spec("streamlit") is None:
        raise MisreadError("Streamlit is not installed; `make explore` installs and starts everything")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # hides false warnings of retracing for several networks
    print(f"Loading the networks of {folder} ...", flush=True)
    from misread.explorer import look  # imports TensorFlow, which takes seconds

    look.opened(folder)
    serve(folder)


def serve(folder: Path) -> None:
    """Run Streamlit in this process, which has the networks in memory, until it is interrupted."""
    # For requests from foreign pages, Streamlit asks a web service for its own address; this invalid proxy prevents it.
    nowhere = "http://127.0.0.1:9"
    os.environ |= {"http_proxy": nowhere, "https_proxy": nowhere, "no_proxy": "127.0.0.1"}
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(PAGE), *OPTIONS, "--", str(folder)]
    cli.main()


if __name__ == "__main__":
    try:
        main()
    except MisreadError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
