"""Options of pytest with which a skipped test fails the run."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--fail-on-skip", action="store_true", help="fail if a test is skipped, but for --allow-skip")
    parser.addoption("--allow-skip", action="append", default=[], metavar="TEXT", help="of a reason that is no failure")


def pytest_terminal_summary(terminalreporter, config):
    """A run in which tests were skipped that should not have been has failed."""
    if not config.getoption("--fail-on-skip"):
        return
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])]
    allowed = config.getoption("--allow-skip")
    wrong = sorted({reason for reason in reasons if not any(text in reason for text in allowed)})
    for reason in wrong:
        terminalreporter.write_line(f"FAILED: a test was skipped ({reason})", red=True)
    if wrong:
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
