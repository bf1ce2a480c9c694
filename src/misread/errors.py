"""The one exception that a user's mistake raises."""


class MisreadError(Exception):
    """Wrong input: the message is one line that names the file or the parameter and what was expected."""
