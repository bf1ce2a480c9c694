"""The interactive look in a real browser, on a tiny project: what it shows, refuses, and never asks of other hosts."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
from PIL import Image
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from misread.experiments.project_copy import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("streamlit"), reason="no streamlit; `make explore` installs it"),
]

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# In every Python process of the server: notes whom it looks up and connects to (a datagram socket sends nothing yet).
WATCH = """
import os, socket, sys
def note(event, args):
    if event == "socket.getaddrinfo":
        host = args[0]
    elif event == "socket.connect" and args[0].type == socket.SOCK_STREAM and args[0].family != socket.AF_UNIX:
        host = args[1][0]
    else:
        return
    with open(os.environ["MISREAD_TEST_HOSTS"], "a") as file:
        print(host, file=file)
sys.addaudithook(note)
"""


def until(condition, seconds=60):
    """Wait for something to become true, and return it."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"still not so after {seconds} s"
        time.sleep(0.1)
    return value


def get(url, **options):
    """A request past whatever proxy this computer has."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=30, **options)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The page, served as `make explore` does."""

    def __init__(self, project, folder):
        (folder / "sitecustomize.py").write_text(WATCH)
        self.hosts, self.log, port = folder / "hosts.txt", folder / "log.txt", free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "src")]),
            "STREAMLIT_SERVER_PORT": str(port),
            "MISREAD_TEST_HOSTS": str(self.hosts),
        }
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "misread.explorer.serve", project], env=environment, stdout=log, stderr=log
            )

    def ready(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return get(f"{self.url}/_stcore/health").ok
        except requests.ConnectionError:
            return False


@pytest.fixture(scope="module")
def server(tiny_project, tmp_path_factory):
    server = Server(tiny_project, tmp_path_factory.mktemp("server"))
    try:
        until(server.ready, 180)
        yield server
    finally:
        server.process.terminate()
        server.process.wait(20)


AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"  # Streamlit has sent the whole page


class Page:
    """What a visitor sees and does."""

    def __init__(self, driver, url):
        self.driver = driver
        driver.get(url)
        self.wait_for("section.card")
        self.wait_for(AT_REST)

    def script(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def wait_for(self, selector):
        return until(lambda: self.all(selector))

    def text(self):
        return self.script("return document.body.innerText")

    def images(self):
        """Content of every image: clean and noisy of each network in turn."""
        return self.script("return [...document.querySelectorAll('.pair img')].map(image => image.src)")

    def choose(self, text):
        option = f"//label[@data-testid='stRadioOption'][contains(., '{text}')]"
        until(lambda: self.driver.find_elements("xpath", option))[0].click()

    def press(self, key):
        """A key on the slider's handle."""
        self.script("arguments[0].focus()", self.wait_for("input[type=range]")[0])
        ActionChains(self.driver).send_keys(key).perform()

    def upload(self, path):
        self.wait_for("input[type=file]")[0].send_keys(str(path))

    def changed_from(self, images):
        """The images once they differ and the page is complete."""
        until(lambda: (now := self.images()) != images and len(now) == len(images))
        self.wait_for(AT_REST)
        return self.images()


@pytest.fixture
def page(server, browser):
    page = Page(browser, server.url)
    yield page
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert not page.all("[data-testid=stException]"), page.text()


def test_the_page_shows_every_network_and_says_that_signs_are_rendered(page):
    text = page.text()
    assert "Rendered signs, not GTSRB" in text
    assert [card.text.split()[0] for card in page.all("section.card h2")] == ["cnn", "resnet50"]
    assert "Above the 50% threshold" not in text
    assert "of the 50% threshold (10%)" in text
    assert text.count("There are no thresholds of this network for this noise.") == 2
    assert len(page.images()) == 4


def test_type_and_strength_of_the_noise_change_only_the_noisy_images(page):
    before = page.images()
    page.choose("Gaussian")
    other = page.changed_from(before)
    page.press(Keys.ARROW_RIGHT)
    stronger = page.changed_from(other)
    assert before[::2] == other[::2] == stronger[::2]
    assert all(a != b for a, b in zip(other[1::2], stronger[1::2], strict=True))
    page.press(Keys.HOME)
    none = page.changed_from(stronger)
    assert none[::2] == none[1::2]
    assert "PSNR infinite" in page.text()


def test_a_random_sign_is_shown(page):
    before = page.images()

    def another():
        page.wait_for("[data-testid=stButton] button")[0].click()
        time.sleep(1)
        return page.images() not in ([], before)

    until(another)  # one of four signs, so perhaps the same at first


def test_a_photo_is_shown_and_what_is_none_is_refused(page, tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)).save(tmp_path / "sign.png")
    (tmp_path / "text.png").write_text("no image")
    page.choose("A photo")
    page.upload(tmp_path / "text.png")
    refusal = page.wait_for("[role=alert].notice.error")[0]
    assert "This file cannot be used: the file is no image or a broken one" in refusal.text
    page.upload(tmp_path / "sign.png")
    page.wait_for("section.card")
    assert not page.all(".notice.error")
    assert "✓" not in page.text(), "what a photo shows is not known"


def test_nothing_is_cut_off_on_a_phone(page, browser):
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        until(lambda: page.script("return innerWidth") == 390)
        outside = """return [...document.querySelectorAll('.stMain *')].filter(element =>
            element.getBoundingClientRect().right > innerWidth + 1).map(element => element.outerHTML.slice(0, 200))"""
        until(lambda: page.script(outside) == [])
        assert page.script("const main = document.querySelector('.stMain'); return main.scrollWidth") == 390
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_no_other_host_is_asked_for_anything(server, browser):
    browser.get_log("performance")
    page = Page(browser, server.url)
    page.choose("periodic")
    # A page elsewhere that reaches for the server is turned away, without a look at what this computer is called.
    foreign = {"Origin": "http://example.org", "Connection": "Upgrade", "Upgrade": "websocket"}
    foreign |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert get(f"{server.url}/_stcore/stream", headers=foreign).status_code == 403
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {
        event["params"].get("request", event["params"])["url"]
        for event in events
        if event["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated")
    }
    hosts = {urlsplit(url).hostname for url in asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert hosts == {"127.0.0.1"}
    assert set(server.hosts.read_text().split()) <= LOOPBACK
