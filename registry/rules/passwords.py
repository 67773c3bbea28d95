"""What a password must be: long, and not what everybody tries first. Pure.

No rule says which kinds of characters it has, and none that it must be changed from time to time, as NIST
SP 800-63B (5.1.1.2) advises. Blanks count as characters.
"""

from enum import StrEnum

LEAST, MOST = 10, 200
"""Characters of a password; more than MOST would only keep the computer busy."""
COMMONEST = frozenset(
    """
    0123456789 1234567890 12345678910 0987654321 9876543210 1122334455 1231231234 1234512345 123456789a
    123456789q 1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 q1w2e3r4t5y6 qwertyuiop qwerty1234 qwerty12345
    qwerty123456 asdfghjkl; zaq12wsxcde3 qazwsxedcrfv abcd123456 abc1234567
    abc123456789 abcdefghij abcdefghijk a123456789 aa123456789 a1234567890 aa12345678 qq123456789 woaini1314
    woaini1314520 5201314520 1314520520 iloveyou123 iloveyou1314 password12 password123 password1234
    passw0rd123 p@ssw0rd123 p@ssword123 admin12345 admin123456 admin@12345 administrator root123456
    test123456 welcome123 letmein1234 changeme123 gushumingmu gushu12345 gushu123456
    """.split()  # noqa: SIM905 (a list of them would fill the screen)
)
"""Passwords of ten characters or more that lists of stolen ones begin with, and those that suggest themselves
here."""


class PasswordFault(StrEnum):
    """What is wrong with a password."""

    SHORT = "short"
    LONG = "long"
    LOGIN = "login"
    COMMON = "common"


def password_fault(password: str, login: str) -> PasswordFault | None:
    """What is wrong with a password of the account `login`; None where it may be used."""
    if len(password) < LEAST:
        return PasswordFault.SHORT
    if len(password) > MOST:
        return PasswordFault.LONG
    plain, own = password.strip().casefold(), login.casefold()
    if own and plain in {own, own[::-1], own * 2, own * 3}:
        return PasswordFault.LOGIN
    return PasswordFault.COMMON if plain in COMMONEST or _repeats(plain) else None


def _repeats(text: str) -> bool:
    """Whether one, two or three characters are all there is, again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in (1, 2, 3))
