"""Error messages for values that do not fit a schema, in the terms of ``params.yaml`` instead of pydantic's."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError


def describe(error: ValidationError, schema: type[BaseModel]) -> str:
    """Describe the first problem in one line: the key, the value and what it may be.

    Args:
        error: error of the validation.
        schema: schema of the values.

    """
    problem = error.errors(include_url=False)[0]
    place = [part for part in problem["loc"] if "[" not in str(part)]
    names = [part for part in place if isinstance(part, str)]
    key = ".".join(names) + "".join(f"[{part}]" for part in place if isinstance(part, int))
    context = problem.get("ctx", {})
    if problem["type"] == "missing":
        return f"{key}: missing; it must be given"
    if problem["type"] in ("extra_forbidden", "invalid_key"):
        section = [part for part in place[:-1] if isinstance(part, str)]
        known = ", ".join(_known_keys(schema, section)) or "no keys"
        return f"{_shown(key)}: unknown key; {'.'.join(section) or 'the file'} may hold {known}"
    if problem["type"] == "value_error":  # our own messages begin with a key of the section, or with the value
        told = str(context["error"])
        of_a_key = key and _is_section(schema, names) and not told.startswith("{")
        return f"{key}{'.' if of_a_key else ': ' if key else ''}{told}"
    message = PLAIN.get(problem["type"], "").format_map(context) or problem["msg"].removeprefix("Input should be ")
    optional = " or null" if names and place == names and _is_optional(schema, names) else ""
    return f"{key or 'the file'}: {_shown(repr(problem['input']))}: must be {message}{optional}"


# Replacements for messages of pydantic with programming terms, or that do not begin with "Input should be".
PLAIN = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "too_short": "a list of at least {min_length} values",
    "dict_type": "a section of keys and values",
    "model_type": "a section of keys and values",
    "model_attributes_type": "a section of keys and values",
}
SHOWN = 100  # characters of an invalid value that a message shows


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _is_section(schema: type[BaseModel], names: list[str]) -> bool:
    return _as_section(_annotation(schema, names)) is not None


def _is_optional(schema: type[BaseModel], names: list[str]) -> bool:
    return type(None) in get_args(_annotation(schema, names))


def _known_keys(schema: type[BaseModel], names: list[str]) -> list[str]:
    section = _as_section(_annotation(schema, names))
    return [] if section is None else list(section.model_fields)


def _annotation(schema: type[BaseModel], names: list[str]) -> Any:
    """Annotation of a key of a schema, each part of which is a key of a section or of a dictionary."""
    annotation = schema
    for part in names:
        section = _as_section(annotation)
        annotation = get_args(annotation)[1] if section is None else section.model_fields[part].annotation
    return annotation


def _as_section(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
