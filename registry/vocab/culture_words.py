"""Words of stories and walks."""

from enum import StrEnum

from registry.vocab.labels import Label


class StoryKind(StrEnum):
    """What a story is."""

    LEGEND = "legend"
    HISTORY = "history"
    EVENT = "event"
    VERSE = "verse"
    CUSTOM = "custom"
    PERSON = "person"
    NAME_ORIGIN = "name_origin"
    OTHER = "other"


class Reliability(StrEnum):
    """How far a story can be relied on."""

    DOCUMENTED = "documented"
    RECORDED = "recorded"
    ORAL = "oral"
    DISPUTED = "disputed"
    UNKNOWN = "unknown"


class StoryState(StrEnum):
    """How far a story has come on its way to the public."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    RELEASED = "released"
    RETRACTED = "retracted"


class WalkKind(StrEnum):
    """What a walk is for."""

    RESEARCH_TRIP = "research_trip"
    GARDEN = "garden"
    TREE_PARK = "tree_park"
    CITY_WALK = "city_walk"


class WalkState(StrEnum):
    """Whether a walk may go out."""

    DRAFT = "draft"
    RELEASED = "released"
    RETRACTED = "retracted"


CULTURE_WORDS: dict[type[StrEnum], dict[str, Label]] = {
    StoryKind: {
        "legend": Label("传说", "Legend"),
        "history": Label("史事", "History"),
        "event": Label("事件", "Event"),
        "verse": Label("诗文题咏", "Verse"),
        "custom": Label("民俗", "Custom"),
        "person": Label("人物", "Person"),
        "name_origin": Label("名称由来", "Origin of the name"),
        "other": Label("其他", "Other"),
    },
    Reliability: {
        "documented": Label("有文献可考", "Documented"),
        "recorded": Label("见证人记述", "Recorded by witnesses"),
        "oral": Label("口头流传", "Oral tradition"),
        "disputed": Label("说法不一", "Disputed"),
        "unknown": Label("未核实", "Not verified"),
    },
    StoryState: {
        "draft": Label("待审", "Draft"),
        "reviewed": Label("已审", "Reviewed"),
        "released": Label("已准予公布", "Released"),
        "retracted": Label("已撤下", "Retracted"),
    },
    WalkKind: {
        "research_trip": Label("研学路线", "Research trip"),
        "garden": Label("名园路线", "Garden walk"),
        "tree_park": Label("古树公园路线", "Ancient-tree park"),
        "city_walk": Label("城市漫步", "City walk"),
    },
    WalkState: {
        "draft": Label("待审", "Draft"),
        "released": Label("已准予公布", "Released"),
        "retracted": Label("已撤下", "Retracted"),
    },
}

RELIABILITY_MEANS: dict[str, Label] = {
    "documented": Label(
        "文献、档案或碑刻有载，可以查对", "A document or an inscription tells it; it can be looked up"
    ),
    "recorded": Label("由亲历者或见证人讲述并记下", "Those who were there told it, and it was written down"),
    "oral": Label("世代口耳相传，没有文献可查", "Handed down by word of mouth; no document tells it"),
    "disputed": Label("有不同的说法，尚无定论", "Other accounts differ; it is not settled"),
    "unknown": Label("还没有人核实过", "Nobody has verified it yet"),
}
"""What each word of `Reliability` means, in a sentence."""
