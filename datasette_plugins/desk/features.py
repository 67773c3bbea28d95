"""The parts of the desk: their addresses, and their entrances in the order of the menu."""

from datasette_plugins.desk import (
    accounts,
    accounts_cards,
    api,
    audits,
    decoding,
    evidence,
    field_pages,
    home,
    office_features,
    own_account,
    own_second_factor,
    own_tokens,
    packages,
    record_features,
    review,
    review_item,
    review_photos,
    signing,
    signing_phones,
    uploads,
)
from datasette_plugins.desk.routing import Entrance, routes_of
from registry.rules.permissions import Right
from registry.vocab.labels import Label

ROUTES = routes_of(
    home,
    signing,
    field_pages,
    signing_phones,
    own_account,
    own_second_factor,
    own_tokens,
    accounts_cards,
    accounts,
    audits,
    api,
    uploads,
    packages,
    decoding,
    record_features,
    office_features,
    evidence,
    review,
    review_photos,
    review_item,
)
ENTRANCES = (
    Entrance("/", Label("工作台", "Desk")),
    Entrance("/field/", Label("外业", "Field"), Right.FIELD),
    Entrance("/review", Label("审核", "Review"), Right.REVIEW),
    *record_features.ENTRANCES,
    *office_features.ENTRANCES,
    Entrance("/accounts", Label("账户", "Accounts"), Right.ACCOUNTS),
    Entrance("/audit", Label("审计", "Audit"), Right.AUDIT),
)
