"""Pinyin of names: for search by sound, and for readers who cannot read a Chinese place name.

A character that is read in several ways is read as places read it (长治 Changzhi, 重庆 Chongqing): dictionary
phrases first, then the readings below. Sources: the readings in the Chinese civil affairs ministry's lists
of divisions; spelling of places by GB/T 28039-2011 (generic part apart, villages in one word, apostrophe
before a, o, e). English names in general use (Harbin, Shaanxi) are kept.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_READ_IN_PLACES = {"长": "chang", "長": "chang", "朝": "chao", "什": "shi"}
_PLACES = {
    "长子": "zhang zi", "朝鲜": "chao xian", "单县": "shan xian", "涡阳": "guo yang", "浚县": "xun xian",
    "大城县": "dai cheng xian", "荥经": "ying jing", "洪洞": "hong tong", "繁峙": "fan shi",
    "南乐": "nan le", "民乐": "min le", "乐陵": "lao ling", "六合区": "lu he qu", "六合镇": "liu he zhen",
    "闵行": "min hang", "宁都": "ning du", "阆中": "lang zhong", "宕昌": "tan chang", "莎车": "sha che",
    "会稽": "kuai ji", "东莞": "dong guan", "相城区": "xiang cheng qu", "铅山": "yan shan", "尉犁": "yu li",
    "大柴旦": "da chai dan", "天台": "tian tai", "台州": "tai zhou", "万柏林": "wan bai lin",
    "解州": "xie zhou", "柏乡": "bai xiang", "蔚县": "yu xian", "鄠邑": "hu yi", "巴什": "ba shi",
    "盱眙": "xu yi", "吴堡": "wu bu", "柞水": "zha shui", "乐亭": "lao ting", "监利": "jian li",
    "珲春": "hun chun", "堡子": "pu zi", "槐荫": "huai yin", "莘庄": "xin zhuang", "邗江": "han jiang",
}  # fmt: skip
"""Readings that the dictionary has not, or has for another sense of the word."""
_IN_USE = {
    "哈尔滨": "Harbin", "呼和浩特": "Hohhot", "乌鲁木齐": "Urumqi", "内蒙古": "Inner Mongolia",
    "陕西": "Shaanxi", "西藏": "Xizang", "吐鲁番": "Turpan", "喀什": "Kashgar", "拉萨": "Lhasa",
    "日喀则": "Xigaze", "包头": "Baotou", "香港": "Hong Kong", "澳门": "Macao", "伊犁": "Ili",
}  # fmt: skip
_PARTS = (
    "特别行政区", "維吾爾自治區", "自治区", "自治區", "自治州", "自治县", "自治縣", "自治旗", "直辖市",
    "街道", "地区", "地區", "林区", "省", "市", "区", "區", "县", "縣", "镇", "鎮", "乡", "鄉", "旗", "盟",
)  # fmt: skip
_PART = re.compile(rf"^(.+?)({'|'.join(_PARTS)})$")


def syllables(text: str) -> tuple[str, ...]:
    """The syllables of `text` in order, lower-case, without tones, ü as v: 国槐 -> ("guo", "huai").

    Runs of letters and digits stand as they are; a character without a known reading is left out.
    """
    said: list[str] = []
    for run in _RUNS.findall(text):
        said.extend(_read(run) if _IS_HAN.match(run) else (run.lower(),))
    return tuple(syllable for syllable in said if syllable.isascii())


@lru_cache(maxsize=20_000)
def place_pinyin(name: str) -> str:
    """A Chinese place name in letters: 太原市 -> "Taiyuan Shi", 西安 -> "Xi'an"; others stay as they are."""
    if not _IS_HAN.search(name):
        return name
    words: list[str] = []
    for run in _RUNS.findall(name):
        words.extend(_place_words(run) if _IS_HAN.match(run) else (run,))
    return " ".join(words)


def _place_words(name: str) -> tuple[str, ...]:
    """The own part and the generic part of one place, each a word with a capital."""
    parts = _PART.match(name)
    own, generic = parts.groups() if parts else (name, "")
    read = _read(name)
    spoken = _IN_USE.get(own) or _one_word(read[: len(own)])
    return (spoken, _one_word(read[len(own) :])) if generic else (spoken,)


def _one_word(parts: tuple[str, ...]) -> str:
    """Syllables as one word: an apostrophe where the next begins with a vowel, ü only after l and n."""
    joined = parts[0] + "".join(
        ("'" if part[0] in "aoe" and before[-1].isalpha() else "") + part for before, part in pairwise(parts)
    )
    return joined.replace("v", "ü").capitalize()


@lru_cache(maxsize=20_000)
def _read(run: str) -> tuple[str, ...]:
    """One reading for each character of a run of Chinese characters; its own sign where none is known."""
    from pypinyin import lazy_pinyin  # its dictionary is large: only who needs it loads it

    each: Any = list  # an unknown run comes back sign by sign
    sounds = lazy_pinyin(run, errors=each)
    said = [_READ_IN_PLACES.get(sign, sound) for sign, sound in zip(run, sounds, strict=True)]
    for words, read in _PLACES.items():
        start = run.find(words)
        while start >= 0:
            said[start : start + len(words)] = read.split()
            start = run.find(words, start + len(words))
    return tuple(said)
