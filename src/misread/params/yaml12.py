"""YAML as DVC reads it: PyYAML's C loader with the numbers and booleans of YAML 1.2 and without duplicate keys.

PyYAML itself reads YAML 1.1, where ``1e-3`` is a string, ``050`` is 40 and ``yes`` is true. DVC would
insert other values into ``dvc.yaml`` than the program reads.
"""

import re
from collections.abc import Hashable
from typing import IO, ClassVar

import yaml
from yaml.constructor import ConstructorError

PREFIX = "tag:yaml.org,2002:"
# Scalars that YAML 1.2 reads differently: tag -> pattern, and the characters that such a scalar may begin with.
REPLACED = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)", "-+0123456789"),
    "float": (
        r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
        r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
}


class Loader(yaml.CSafeLoader):
    """A safe loader that refuses duplicate keys in a mapping."""

    # The resolvers for what YAML 1.1 and 1.2 read alike (null, timestamps, merges) are kept.
    yaml_implicit_resolvers: ClassVar = {
        first: [one for one in rules if one[0].removeprefix(PREFIX) not in REPLACED]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Construct a mapping.

        Raises:
            ConstructorError: a key occurs twice, not counting keys from merges.

        """
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == PREFIX + "merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise ConstructorError(None, None, f"key {key!r} occurs twice", key_node.start_mark)
                seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_int(self, node: yaml.ScalarNode) -> int:
        """Construct a whole number; a leading 0 does not make it octal."""
        text = node.value.replace("_", "")
        return int(text, 0 if re.match(r"[-+]?0[box]", text) else 10)


for name, (pattern, first) in REPLACED.items():
    Loader.add_implicit_resolver(PREFIX + name, re.compile(f"^(?:{pattern})$"), list(first))
Loader.add_constructor(PREFIX + "int", Loader.construct_int)


def load(file: IO[str] | str) -> object:
    """Read a YAML document.

    Raises:
        yaml.YAMLError: the text is not a YAML document.

    """
    return yaml.load(file, Loader)
