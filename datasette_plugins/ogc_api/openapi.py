"""The interface described in OpenAPI 3.0, made from the collections, so that it cannot fall behind them."""

from collections.abc import Mapping
from typing import Any

from datasette_plugins.ogc_api.asking import DEFAULT_LIMIT, MOST
from datasette_plugins.ogc_api.collections import Collection

_KINDS = {"INTEGER": "integer", "REAL": "number"}


def openapi(
    base: str, title: str, version: str, columns: Mapping[Collection, Mapping[str, str]]
) -> dict[str, Any]:
    """The description. columns: what each collection may be asked for, with SQL types."""
    paths: dict[str, Any] = {
        "/ogc": _get("landing", "Landing page"),
        "/ogc/conformance": _get("conformance", "Conformance classes"),
        "/ogc/api": {
            "get": {"operationId": "api", "summary": "This description", "responses": _answers("JSON")}
        },
        "/ogc/collections": _get("collections", "All collections"),
    }
    for collection, known in columns.items():
        own = f"/ogc/collections/{collection.id}"
        name = collection.id
        paths[own] = _get(f"{name}.collection", collection.title.en)
        paths[f"{own}/items"] = _get(f"{name}.items", f"{collection.title.en}: features", _questions(known))
        item = {"name": "item", "in": "path", "required": True, "schema": {"type": "string"}}
        paths[f"{own}/items/{{item}}"] = _get(f"{name}.item", f"{collection.title.en}: one feature", [item])
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": version},
        "servers": [{"url": base or "/"}],
        "paths": paths,
        "components": {"schemas": {"exception": _EXCEPTION}},
    }


_EXCEPTION = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
}


def _get(operation: str, summary: str, parameters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    shape = {
        "name": "f",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": ["json", "html"]},
    }
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": [*(parameters or []), shape],
            "responses": _answers(summary),
        }
    }


def _answers(said: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/exception"}
    wrong = {
        "description": "The request cannot be answered",
        "content": {"application/json": {"schema": schema}},
    }
    return {"200": {"description": said}, "400": wrong, "404": wrong, "410": wrong}


def _questions(known: Mapping[str, str]) -> list[dict[str, Any]]:
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
    plain = [
        {"name": "bbox", "in": "query", "style": "form", "explode": False, "schema": numbers},
        {"name": "datetime", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": limit},
    ]
    columns = [
        {"name": name, "in": "query", "schema": {"type": _KINDS.get(kind, "string")}}
        for name, kind in known.items()
    ]
    return [*plain, *columns]
