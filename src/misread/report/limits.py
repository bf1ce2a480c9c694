"""Limitations of the results."""

from misread.report.topic import Topic

TOPIC = Topic("Limits", text=lambda results: {"source": results.source})
