"""Error messages for values that do not fit a schema, in the terms of ``params.yaml`` instead of pydantic's."""

from typing import get_args

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
        known = ", ".join(_model(schema, section).model_fields) or "no keys"
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
    "model_type": "a section of keys and values",
    "model_attributes_type": "a section of keys and values",
}
SHOWN = 100  # characters of an invalid value that a message shows


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _is_section(schema: type[BaseModel], names: list[str]) -> bool:
    annotation = _model(schema, names[:-1]).model_fields[names[-1]].annotation
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_optional(schema: type[BaseModel], names: list[str]) -> bool:
    return type(None) in get_args(_model(schema, names[:-1]).model_fields[names[-1]].annotation)


def _model(schema: type[BaseModel], section: list[str]) -> type[BaseModel]:
    model = schema
    for part in section:
        model = model.model_fields[part].annotation
    return model
