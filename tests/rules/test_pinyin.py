"""Pinyin: places are read as places are read, and search gets one syllable for each character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.pinyin import place_pinyin, syllables


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("太原市", "Taiyuan Shi"),
        ("长治市", "Changzhi Shi"),
        ("长子县", "Zhangzi Xian"),
        ("重庆市", "Chongqing Shi"),
        ("西安", "Xi'an"),
        ("延安市", "Yan'an Shi"),
        ("朝阳区", "Chaoyang Qu"),
        ("延边朝鲜族自治州", "Yanbianchaoxianzu Zizhizhou"),
        ("洪洞县", "Hongtong Xian"),
        ("单县", "Shan Xian"),
        ("什邡市", "Shifang Shi"),
        ("六安市", "Lu'an Shi"),
        ("陕西省", "Shaanxi Sheng"),
        ("山西省", "Shanxi Sheng"),
        ("哈尔滨市", "Harbin Shi"),
        ("臺北市", "Taibei Shi"),
        ("厦门市", "Xiamen Shi"),
        ("蚌埠市", "Bengbu Shi"),
        ("台州市", "Taizhou Shi"),
        ("绿春县", "Lüchun Xian"),
        ("市", "Shi"),
        ("东庄村", "Dongzhuangcun"),
        ("Wanhua", "Wanhua"),
        ("", ""),
    ],
)
def test_a_place_is_spelt_as_it_is_read(name, letters):
    assert place_pinyin(name) == letters


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("国槐", ("guo", "huai")),
        ("國槐", ("guo", "huai")),
        ("银杏 No.12", ("yin", "xing", "no", "12")),
        ("重阳木", ("chong", "yang", "mu")),
        ("绿", ("lv",)),
        ("，。", ()),
    ],
)
def test_a_text_has_one_syllable_for_each_character(text, sounds):
    assert syllables(text) == sounds


@given(st.text(max_size=40))
def test_any_text_can_be_read(text):
    assert all(part and part == part.lower() for part in syllables(text))
    assert isinstance(place_pinyin(text), str)


@given(
    st.lists(st.sampled_from("古树名木槐柏银杏山西长治市东庄村臺北萬華區"), min_size=1, max_size=12).map(
        "".join
    )
)
def test_common_characters_all_have_a_sound(text):
    assert len(syllables(text)) == len(text)
