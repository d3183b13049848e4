"""The service string advice: which characters separate, release, repeat and end. Knows nothing of segments or messages."""

import msgspec

ADVICE_LENGTH = 9
"""``UNA`` and its six characters."""

REPETITION = "*"
"""The repetition separator of syntax version 4 where no UNA names one (ISO 9735-1, 7.1)."""


class Delimiters(msgspec.Struct, frozen=True):
    """The six service characters in force. ``release`` and ``repetition`` are empty where the interchange has none."""

    component: str = ":"
    data: str = "+"
    decimal: str = "."
    release: str = "?"
    repetition: str = ""
    terminator: str = "'"

    def distinct(self) -> bool:
        """Whether the separating characters differ from each other and are no letters or digits."""
        used = [one for one in (self.component, self.data, self.release, self.repetition, self.terminator) if one]
        return len(set(used)) == len(used) and not any(one.isalnum() or one.isspace() for one in used)

    def advice(self) -> str:
        """The six characters as UNA writes them."""
        return f"{self.component}{self.data}{self.decimal}{self.release or ' '}{self.repetition or ' '}{self.terminator}"

    def for_version(self, version: str) -> "Delimiters":
        """The same for a syntax version: only version 4 and later repeats elements."""
        if version < "4":
            return msgspec.structs.replace(self, repetition="")
        return self if self.repetition else msgspec.structs.replace(self, repetition=REPETITION)


DEFAULT = Delimiters()
LEVEL_B = Delimiters(component="\x1f", data="\x1d", release="", terminator="\x1c")
"""The separators of character set level B as first written: IS1, IS3, IS4 (ISO 9735, 4)."""


def read_advice(six: str) -> Delimiters:
    """The delimiters from the six characters after ``UNA``. A blank release or repetition means there is none."""
    component, data, decimal, release, repetition, terminator = list(six)
    return Delimiters(component, data, decimal, release.strip(), repetition.strip(), terminator)


def from_part(syntax: str) -> tuple[Delimiters, str]:
    """Delimiters and syntax version from ``Part.syntax``: UNA's six characters and the version's digit; else the defaults."""
    if len(syntax) != 7:
        return DEFAULT, "3"
    return read_advice(syntax[:6]).for_version(syntax[6]), syntax[6]
