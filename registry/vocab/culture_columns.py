"""What the columns and tables of stories and walks are called."""

from registry.vocab.labels import Label

CULTURE_COLUMNS: dict[str, Label] = {
    "story_id": Label("故事", "Story"),
    "reliability": Label("可靠程度", "Reliability"),
    "source_text": Label("故事来源", "Source of the story"),
    "teller": Label("讲述人", "Told by"),
    "teller_id": Label("讲述人", "Told by"),
    "lang": Label("语言", "Language"),
    "is_historic_teller": Label("讲述人为历史人物", "The teller is a historic person"),
    "collector": Label("采集人", "Collected by"),
    "collector_id": Label("采集人", "Collected by"),
    "collected_on": Label("采集日期", "Collected on"),
    "reviewer_id": Label("复核人", "Reviewed by"),
    "released_on": Label("准予公布日期", "Released on"),
    "releaser_id": Label("准予公布人", "Released by"),
    "translator": Label("翻译", "Translated by"),
    "translator_id": Label("翻译", "Translated by"),
    "walk_id": Label("路线", "Walk"),
    "intro": Label("简介", "Introduction"),
    "intro_en": Label("英文简介", "Introduction in English"),
    "season": Label("适宜季节", "Season"),
    "duration_h": Label("时长（小时）", "Duration in hours"),
    "length_m": Label("里程（米）", "Length in metres"),
    "accessibility": Label("无障碍情况", "Accessibility"),
    "start": Label("起点与到达", "Where it begins"),
    "author_id": Label("编制单位", "Author"),
    "text_en": Label("英文正文", "Text in English"),
    "element_id": Label("历史景观要素", "Landmark element"),
}

CULTURE_TABLES: dict[str, Label] = {
    "story": Label("故事与传说", "Stories and legends"),
    "story_text": Label("故事译文", "Translations of stories"),
    "walk": Label("游览路线", "Walks"),
    "walk_stop": Label("路线站点", "Stops of walks"),
}
