"""Makes Rasa check a JSON schema once, not at each call of an action.

`jsonschema.validate` first validates the schema against its meta-schema. Rasa calls it with the same schema after every
action: 20 of the 30 milliseconds of a turn. What an action answers is still checked each time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import jsonschema
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for


def check_schemas_once() -> None:
    """Replace `jsonschema.validate` in this process."""
    validators: dict[str, jsonschema.Validator] = {}

    def validate(instance: object, schema: Mapping[str, object]) -> None:
        known = json.dumps(schema, sort_keys=True)
        if known not in validators:
            kind = validator_for(schema)
            kind.check_schema(schema)
            validators[known] = kind(schema)
        error = best_match(validators[known].iter_errors(instance))
        if error is not None:
            raise error

    jsonschema.validate = validate
