"""The exception for user errors."""


class MisreadError(Exception):
    """Invalid input; the message is one line that names the file or the parameter and what was expected."""
