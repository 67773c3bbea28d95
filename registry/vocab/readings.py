"""What readings of instruments are called: names and units that files and people write, in both languages."""

from registry.vocab.labels import Label
from registry.vocab.language import Translator

READINGS: dict[str, Label] = {
    "decay": Label("腐朽率", "decay"),
    "cavity": Label("空洞率", "cavity"),
    "sound_wood": Label("健康材比例", "sound wood"),
    "wave_speed": Label("应力波波速", "wave speed"),
    "resistance": Label("钻入阻力", "drilling resistance"),
    "compaction": Label("土壤紧实度", "soil compaction"),
    "bulk_density": Label("土壤容重", "bulk density"),
    "organic_matter": Label("有机质", "organic matter"),
    "ph": Label("pH", "pH"),
    "salinity": Label("含盐量", "salinity"),
    "nitrogen": Label("氮", "nitrogen"),
    "phosphorus": Label("磷", "phosphorus"),
    "potassium": Label("钾", "potassium"),
    "soil_moisture": Label("土壤含水率", "soil moisture"),
    "soil_temperature": Label("土壤温度", "soil temperature"),
    "temperature": Label("温度", "temperature"),
    "humidity": Label("湿度", "humidity"),
    "moisture": Label("含水率", "moisture"),
    "tilt": Label("倾斜角", "tilt"),
    "height": Label("树高", "height"),
    "girth": Label("胸围", "girth"),
    "crown": Label("冠幅", "crown"),
    "depth": Label("深度", "depth"),
}
"""Readings by the name that machines write; any other name stands for itself."""

UNITS: dict[str, Label] = {
    "percent": Label("%", "%"),
    "degree": Label("°", "°"),
    "degrees": Label("°", "°"),
    "celsius": Label("℃", "°C"),
}
"""Units that are written as words; any other stands for itself."""

PARTS: dict[str, Label] = {
    "mean": Label("平均", "mean"),
    "min": Label("最小", "least"),
    "max": Label("最大", "greatest"),
    "n": Label("个数", "count"),
}
"""What stands behind a name where many values of a day were summed up."""

_CLOSE = frozenset({"%", "°", "℃"})
_NAMED = {text.casefold(): key for key, label in READINGS.items() for text in (label.zh, label.en)}
"""Keys by what they are called in either language."""


def reading_text(name: str, number: float, unit: str, t: Translator) -> str:
    """One value as people write it: 腐朽率 12%, decay 12%, soil moisture mean 21.5%."""
    word, _space, part = name.rpartition(" ")
    if not word or part not in PARTS:
        word, part = name, ""
    said = [t.word(READINGS, key) if (key := _key(word)) in READINGS else word]
    if part:
        said.append(t.word(PARTS, part))
    written = t.word(UNITS, unit.casefold()) if unit.casefold() in UNITS else unit
    value = f"{number:g}{'' if written in _CLOSE else ' '}{written}".rstrip()
    return f"{' '.join(said)} {value}"


def _key(name: str) -> str:
    """The key that a name means: itself, or what it is called in either language."""
    plain = name.strip().casefold()
    return _NAMED.get(plain, plain.replace(" ", "_"))
