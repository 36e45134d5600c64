"""What an answer tells of the rows of `world` it stands for."""

import json


def rows_told(body: bytes) -> list[tuple[int, int]]:
    """(id, number) of each row, of a body that was judged right: a JSON list of rows of `world`, or one of them."""
    told = json.loads(body)
    return [(row["id"], row["randomNumber"]) for row in (told if isinstance(told, list) else [told])]
