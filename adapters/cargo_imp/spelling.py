"""How near two words are. Knows no message and no table."""


def one_slip_apart(found: str, right: str) -> bool:
    """Whether one letter was mistyped, left out, added or exchanged with its neighbour."""
    if found == right:
        return False
    if len(found) == len(right):
        at = [place for place, pair in enumerate(zip(found, right, strict=True)) if pair[0] != pair[1]]
        exchanged = len(at) == 2 and at[1] == at[0] + 1 and found[at[0]] == right[at[1]] and found[at[1]] == right[at[0]]
        return len(at) == 1 or exchanged
    longer, shorter = (found, right) if len(found) > len(right) else (right, found)
    return len(longer) == len(shorter) + 1 and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
