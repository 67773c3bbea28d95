"""The office's work on the register as a whole: import, publishing, exports, statistics, checks, settings."""

from datasette_plugins.desk import exporting, imports, jobs, publishing, settings, statistics, zone_checks
from datasette_plugins.desk.routing import Entrance, routes_of
from registry.rules.permissions import Right
from registry.vocab.labels import Label

ROUTES = routes_of(jobs, imports, publishing, exporting, statistics, zone_checks, settings)
ENTRANCES = (
    Entrance("/statistics", Label("统计", "Statistics"), Right.FILE),
    Entrance("/export", Label("导出", "Exports"), Right.EXPORT),
    Entrance("/import", Label("导入", "Import"), Right.RECORD, is_whole=True),
    Entrance("/zone-checks", Label("范围核查", "Zone checks"), Right.RECORD, is_whole=True),
    Entrance("/publish", Label("发布", "Publish"), Right.PUBLISH),
    Entrance("/jobs", Label("任务", "Jobs"), Right.EXPORT),
    Entrance("/settings", Label("设置", "Settings"), Right.PUBLISH),
)
