"""What concerns all tests: figures that they measured, and signals."""

import signal
from collections.abc import Iterator

import pytest

FIGURE = "figure"


def pytest_configure() -> None:
    """Lets tests interrupt the programs that they start.

    A shell starts background jobs with Ctrl-C ignored, and every child inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Texts to show at the end of the run, from whichever process the test ran in."""
    texts: list[str] = []
    yield texts
    request.node.user_properties += [(FIGURE, text) for text in texts]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the figures of all tests."""
    texts = [
        text
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "teardown"
        for name, text in report.user_properties
        if name == FIGURE
    ]
    if texts:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(texts))
