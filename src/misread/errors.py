"""The exception for mistakes of the user."""


class MisreadError(Exception):
    """Wrong input: the message is one line that names the file or the parameter and what was expected."""
