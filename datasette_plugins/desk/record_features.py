"""The pages of records, cases, tags, parties and rule packs, as one part of the desk."""

from datasette_plugins.desk import (
    case_steps,
    cases,
    ledger_holding,
    ledgers,
    packs,
    parties,
    record_corrections,
    record_exports,
    record_lists,
    record_merging,
    record_photos,
    record_visits,
    records,
    tag_plates,
    tags,
)
from datasette_plugins.desk.routing import Entrance, routes_of
from registry.rules.permissions import Right
from registry.vocab.labels import Label

ROUTES = routes_of(
    record_lists,
    records,
    record_photos,
    record_visits,
    record_exports,
    record_merging,
    record_corrections,
    ledgers,
    ledger_holding,
    cases,
    case_steps,
    tags,
    tag_plates,
    parties,
    packs,
)
ENTRANCES = (
    Entrance("/records", Label("档案", "Records"), Right.FILE),
    Entrance("/cases", Label("案件", "Cases"), Right.FILE),
    Entrance("/tags", Label("标牌", "Tags"), Right.FILE),
    Entrance("/parties", Label("单位与个人", "Units and persons"), Right.FILE),
    Entrance("/packs", Label("规则包", "Rule packs"), Right.FILE),
)
