"""Words of growth and age: why a reading is left out, what a method lacks, what to know with a number."""

from collections.abc import Mapping
from enum import StrEnum

from registry.vocab.words import Label


class LeftOut(StrEnum):
    """Why a reading is not used for the line."""

    UNDATED = "undated"
    OTHER_HEIGHT = "other_height"
    SEVERAL_STEMS = "several_stems"
    TWICE = "twice"


class Lack(StrEnum):
    """Why something cannot be said."""

    READINGS = "readings"
    SPAN = "span"
    GIRTH = "girth"
    STEMS = "stems"
    FACTOR = "factor"
    CORE = "core"
    IN_CORE = "in_core"
    REGRESSION = "regression"
    NEGATIVE = "negative"
    GROWTH = "growth"
    MODEL = "model"


class Caveat(StrEnum):
    """What whoever reads a number has to know with it."""

    TWO_READINGS = "two_readings"
    FULL_RANGE = "full_range"
    HEIGHT_UNKNOWN = "height_unknown"
    MIXED_HEIGHTS = "mixed_heights"
    SHRINKING = "shrinking"
    NOT_PROVEN = "not_proven"
    FROM_DIAMETER = "from_diameter"
    UNDATED = "undated"
    OTHER_BREAST_HEIGHT = "other_breast_height"
    OUTSIDE_RANGE = "outside_range"
    NO_ERROR_STATED = "no_error_stated"
    SETTING_UNKNOWN = "setting_unknown"
    DEAD = "dead"


LEFT_OUT: Mapping[str, Label] = {
    LeftOut.UNDATED: Label("没有测量日期", "no day is given"),
    LeftOut.OTHER_HEIGHT: Label("测量高度不同", "measured at another height"),
    LeftOut.SEVERAL_STEMS: Label(
        "多茎干，合计的胸围不能相比", "several stems: their joint girth compares with none"
    ),
    LeftOut.TWICE: Label("与另一条相同", "the same as another"),
}
LACKS: Mapping[str, Label] = {
    Lack.READINGS: Label(
        "至少要有同一高度、不同日期的两次胸围", "girths of two different days at the same height are needed"
    ),
    Lack.SPAN: Label(
        "两次测量相隔太近，误差比生长还大",
        "the readings lie too close: a tape errs by more than a tree grows",
    ),
    Lack.GIRTH: Label("还没有胸围或胸径", "there is no girth and no diameter yet"),
    Lack.STEMS: Label("多茎干：这些方法只适用于单干", "several stems: these methods are for one trunk"),
    Lack.FACTOR: Label(
        "没有这个树种的系数；可用 --factor 给出，并用 --source 说明出处",
        "no factor is known for the species; give one with --factor and its --source",
    ),
    Lack.CORE: Label(
        "要给出 --core-years、--core-radius、--ring-width，取自当地同种树",
        "--core-years, --core-radius and --ring-width are needed, from local trees of the species",
    ),
    Lack.IN_CORE: Label(
        "树还在幼龄期半径以内，此法不适用", "the stem is still within its core: the method does not hold"
    ),
    Lack.REGRESSION: Label(
        "要用 --equation 给出回归方程文件", "a file with an equation is needed: --equation"
    ),
    Lack.NEGATIVE: Label("方程算不出正数", "the equation gives no age above zero"),
    Lack.GROWTH: Label("现有测量还不能确定树在增粗", "the readings do not prove that the tree grows"),
    Lack.MODEL: Label("还没有生长模型（见 gushu growth）", "there is no growth model yet (see gushu growth)"),
}
CAVEATS: Mapping[str, Label] = {
    Caveat.TWO_READINGS: Label(
        "只有两次测量，范围只反映皮尺误差", "two readings only: the range is that of the tape alone"
    ),
    Caveat.FULL_RANGE: Label(
        "测次太少，范围取各次两两之间的最小与最大速度",
        "too few readings for an interval of 95 %: the range is that of all pairs",
    ),
    Caveat.HEIGHT_UNKNOWN: Label("没有记录测量高度", "the measuring height is not recorded"),
    Caveat.MIXED_HEIGHTS: Label(
        "不同测量高度混在一起，速度可能失真", "girths of different heights are mixed: the rate may be wrong"
    ),
    Caveat.SHRINKING: Label(
        "有一次比前一次小，请复测", "one girth is smaller than the one before: measure again"
    ),
    Caveat.NOT_PROVEN: Label("范围含零，还不能确定在增粗", "the range includes zero: growth is not proven"),
    Caveat.FROM_DIAMETER: Label("胸围由胸径乘 π 换算", "girth reckoned from a diameter"),
    Caveat.UNDATED: Label("胸围没有测量日期", "the girth bears no day"),
    Caveat.OTHER_BREAST_HEIGHT: Label(
        "测量高度与方法规定的不同，没有换算",
        "not measured at the height that the method asks for; not converted",
    ),
    Caveat.OUTSIDE_RANGE: Label(
        "超出方程的胸径范围", "outside the diameters that the equation was made from"
    ),
    Caveat.NO_ERROR_STATED: Label(
        "来源没有给出误差，范围按默认值放宽（可改，非法定）",
        "the source states no error: the range is a default of this program",
    ),
    Caveat.SETTING_UNKNOWN: Label(
        "不知道是孤立还是在林中（--setting），只给范围",
        "open-grown or in a wood is not known (--setting): a range only",
    ),
    Caveat.DEAD: Label("树已死亡：算到测量那天为止", "the tree is dead: reckoned to the day of the girth"),
}
INPUTS: Mapping[str, Label] = {
    "girth": Label("胸围", "girth"),
    "measure_height": Label("测量高度", "measured at"),
    "rate": Label("年增长", "growth a year"),
    "setting": Label("立地", "setting"),
    "core_radius": Label("幼龄期半径", "radius of the core"),
    "core_years": Label("幼龄期年数", "years of the core"),
    "ring_width": Label("末轮宽", "width of its last ring"),
    "bark": Label("树皮厚", "bark"),
    "diameter": Label("胸径", "diameter"),
    "factor": Label("生长系数", "growth factor"),
    "equation": Label("方程", "equation"),
    "readings": Label("测次", "readings"),
}
SETTINGS: Mapping[str, Label] = {
    "open": Label("孤立、开阔", "open-grown"),
    "woodland": Label("林中", "woodland"),
}
"""Where a tree grew up, for Mitchell's rule."""
