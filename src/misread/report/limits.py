"""What the results do not show."""

from misread.report.topic import Topic

TOPIC = Topic("Limits", text=lambda results: {"source": results.source})
