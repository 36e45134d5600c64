"""A response as it came over the wire."""

from harness.model.record import Record

LONGEST_SHOWN = 160


class Response(Record):
    """Header names are lower case, in the order received; the body is free of transfer coding.

    `received_at`: Unix seconds, by the clock of the machine that asked; `took_s`: since the request was sent, or what a
    slower response took just before (`Pace`).
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_at: float
    took_s: float = 0.0

    def all_of(self, name: str) -> tuple[str, ...]:
        """Every value of a header (name in lower case)."""
        return tuple(value for header, value in self.headers if header == name)


def clipped(value: bytes | str) -> str:
    """A value short enough for a message, control characters made visible."""
    text = value.decode(errors="backslashreplace") if isinstance(value, bytes) else value
    shown = "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text[:LONGEST_SHOWN]
    )
    return shown + (f"... ({len(text)} in all)" if len(text) > LONGEST_SHOWN else "")
