"""Private matters in texts: households, persons named for what they do, telephones, identity numbers, mail.

Every pattern is bounded: the time that a text takes grows with its length and no faster.
"""

import re
import unicodedata
from functools import lru_cache

from registry.rules.names import SURNAME

_HOUSEHOLD = re.compile(
    r"某|[家宅院屋](?:内|內|里|裡|墙|牆|前|后|後|门|門|外)|民宅|住宅|老院|住户|住戶|住家|老宅|私宅|自宅|"
    r"(?:户|戶|屋|房|宅)主|(?:业|業)主(?!委)|(?:号|號)(?:之[0-9一二三四五六七八九十]{1,4})?(?:门|門)前|"
    r"家门|家門|门前|門前|门口|門口|庭院|单元|單元|[0-9]{3,4}室|"
    r"(?:^|[^大专專])[\u4e00-\u9fff]{2,3}家(?:$|[的之东西南北前后左右旁边邊侧側门門院屋宅、,，])|"
    r"(?<![A-Za-z])(?:private residence|home of|house of|residence of|mrs?|ms)(?![A-Za-z])",
    re.IGNORECASE,
)
_HOUSEHOLD_OF_UNIT = re.compile(r"某|家(?:院|内|內)|民宅|老宅|私宅|自宅|[户戶屋房]主")
"""What in the name of a unit is a household nevertheless."""
_PERSON = re.compile(
    r"(?:看护|看護|看管|管护|管護|养护|養護|保护|保護|监护|監護|联系|聯絡|聯繫|负责|負責|责任|責任|承包|保管|认养|認養|报告|報告|"
    r"发现|發現|举报|舉報|调查|調查|记录|記錄|填表|审核|審核|拍摄|拍攝|摄影|攝影)(?:人员|人員|人|者|员|員)"
    rf"[:为為是\s]{{0,3}}(?:{SURNAME}[\u3400-\u9fff]|[A-Za-z])"
)
"""A person named for what he does: 看护人王小明, 联系人：王小明."""
_TELEPHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1(?:4[5-9]|[35-9][0-9])"
                        r"(?:[- ·_]?[0-9]{4}){2}(?![0-9])|"
                        r"(?<![0-9A-Za-z.])1[3-9][0-9]\.[0-9]{4}\.[0-9]{4}(?![0-9])|"
                        r"(?<![0-9A-Za-z])1[- ][3-9](?:[- ][0-9]){9}(?![0-9])|"
                        r"(?<![0-9A-Za-z.])\(?0[0-9]{1,3}\)?[- ]?[0-9]{3,4}[- ]?[0-9]{4}(?![0-9])|"
                        r"(?<![0-9A-Za-z.])09[0-9]{2}[- ]?[0-9]{3}[- ]?[0-9]{3}(?![0-9])|"
                        r"(?<![0-9A-Za-z.-])[5689][0-9]{3}[- ]?[0-9]{4}(?![0-9A-Za-z.-])|"
                        r"(?<![0-9A-Za-z])\+[0-9][0-9 ()-]{7,16}[0-9](?![0-9])|"
                        r"[〇零一二三四五六七八九幺]{8,}|"
                        r"(?:电话|電話|手机|手機|微信|tel|phone)[^0-9]{0,5}[0-9][0-9 ()-]{5}|"
                        r"(?<![A-Za-z])(?:QQ|微信|wechat|weixin|whatsapp|vx)[^0-9A-Za-z]{0,5}(?:id)?"
                        r"[^0-9A-Za-z]{0,3}[0-9A-Za-z][0-9A-Za-z_-]{4}",
                        re.IGNORECASE)  # fmt: skip
_IDENTITY = re.compile(r"(?<![0-9])[1-9][0-9]{5}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3}[0-9Xx](?![0-9])|"
                       r"(?<![0-9.])[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9])|"
                       r"(?<![0-9A-Za-z])[A-Z][12][0-9]{8}(?![0-9])|(?<![0-9A-Za-z])[A-Z]{1,2}[0-9]{6}\([0-9A]\)|"
                       r"(?<![0-9A-Za-z])[STFGM][0-9]{7}[A-Z](?![0-9A-Za-z])")  # fmt: skip
"""Numbers of identity papers: mainland China (18 digits, 15 before 2000), Taiwan, Hong Kong, Singapore."""
_MAIL = re.compile(r"[^\s@]@[^\s@.]{1,63}\.[^\s@.]")
_UNSEEN = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""Characters without a shape that are no format characters (Cf): fillers, joiners, variation selectors."""
_SHORT = 80


def private_matter(text: str, *, is_unit: bool = False) -> str | None:
    """Why `text` may not be published (household, person, telephone, identity, mail), or None.

    is_unit: it names a unit, so that 住宅 in it is an office's business and nobody's home.
    """
    return _short_matter(text, is_unit) if len(text) <= _SHORT else _matter(text, is_unit)


def _matter(text: str, is_unit: bool) -> str | None:
    checks = [("telephone", _TELEPHONE), ("identity", _IDENTITY), ("mail", _MAIL), ("person", _PERSON)]
    checks.append(("household", _HOUSEHOLD_OF_UNIT if is_unit else _HOUSEHOLD))
    plain = plain_text(text)
    return next((reason for reason, pattern in checks if pattern.search(plain)), None)


_short_matter = lru_cache(maxsize=16_384)(_matter)


def plain_text(text: str) -> str:
    """`text` without characters that nobody sees, compatible forms made one (NFKC), every dash a hyphen."""
    if text.isascii():
        return text
    seen = _UNSEEN.sub("", text.translate(_WITHOUT_FORMAT))
    return unicodedata.normalize("NFKC", seen).translate(_DASHES)


class _OfCategory(dict[int, str]):
    """A table for `str.translate`: each character of a Unicode category becomes `instead`, others stay."""

    def __init__(self, category: str, instead: str) -> None:
        super().__init__()
        self._category, self._instead = category, instead

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = self._instead if unicodedata.category(character) == self._category else character
        return self[code]


_WITHOUT_FORMAT = _OfCategory("Cf", "")
_DASHES = _OfCategory("Pd", "-")
