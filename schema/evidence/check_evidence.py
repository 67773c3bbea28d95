#!/usr/bin/env python3
"""核对一份证据包 · Check a ZIP of evidence. Needs Python 3.8 or newer and nothing else.

    python3 check_evidence.py EVIDENCE.zip [--key BASE64] [--head HASH]

--key: the public key of the register, as it stands beside a published edition (public.gpkg.json).
--head: a hash of the history noted down elsewhere (on a dossier, a list, an edition), to be found in it.
"""

import base64
import hashlib
import json
import sys
import zipfile

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


class Wrong(Exception):
    """What does not hold, in words."""


def check(path, key=None, head=None):
    """What was found to hold, line by line. Raises Wrong."""
    with zipfile.ZipFile(path) as evidence:
        manifest = json.loads(evidence.read("manifest.json"))
        yield _manifest(evidence, manifest, key)
        events, line = _chain(evidence)
        yield line
        yield _heads(evidence, manifest, events, head)
        known, line = _items(evidence, events)
        yield line
        yield _documents(evidence, known)


def _manifest(evidence, manifest, key):
    """Every file is there as the manifest states, none besides, and the manifest is signed."""
    signature = base64.b64decode(manifest.pop("signature"))
    public = base64.b64decode(manifest["public_key"])
    if not is_signed(public, canonical(manifest).encode(), signature):
        raise Wrong("清单的签名不对 · the signature of the manifest is wrong")
    if key is not None and base64.b64decode(key) != public:
        raise Wrong("公钥不是所给的那一个 · the public key is not the one that was given")
    stated = {member["name"]: member["sha256"] for member in manifest["members"]}
    names = evidence.namelist()
    if sorted(names) != sorted([*stated, "manifest.json"]):
        raise Wrong("文件有多有少 · files are missing or were added")
    for name, sha256 in stated.items():
        digest = hashlib.sha256()
        with evidence.open(name) as stream:
            for piece in iter(lambda: stream.read(1 << 20), b""):
                digest.update(piece)
        if digest.hexdigest() != sha256:
            raise Wrong(f"{name}: 内容已变 · its content was altered")
    return f"{len(stated)} 个文件与签名清单相符 · files are as the signed manifest states"


def _chain(evidence):
    """Each event follows the one before."""
    events, previous = {}, None
    for event in _lines(evidence, "proof/events.jsonl"):
        own = event.pop("hash")
        if previous is not None and event["previous_hash"] != previous:
            raise Wrong(
                f"第 {event['seq']} 条记录不接前一条 · event {event['seq']} does not follow the one before"
            )
        if hashlib.sha256(canonical(event).encode()).hexdigest() != own:
            raise Wrong(f"第 {event['seq']} 条记录已变 · event {event['seq']} was altered")
        events[event["seq"]] = {**event, "hash": own}
        previous = own
    return events, f"{len(events)} 条历史记录前后相接 · events of the history follow one another"


def _heads(evidence, manifest, events, head):
    """The chain ends at the stated head, and the heads of published editions lie on it."""
    hashes = {event["hash"] for event in events.values()}
    last = events[max(events)]["hash"]
    if last != manifest["history_head"]:
        raise Wrong("末尾不是清单所记 · the end is not the one that the manifest states")
    heads = json.loads(evidence.read("proof/heads.json"))
    for each in heads:
        if each["head"] not in hashes:
            raise Wrong(f"{each['what']}: 不在链上 · is not on the chain")
    if head is not None and head.lower() not in hashes:
        raise Wrong("所给的哈希不在链上 · the hash that was given is not on the chain")
    return f"末尾 · head {last}; {len(heads)} 个已公布的版次在链上 · published heads lie on it"


def _items(evidence, events):
    """The items of the case's events are those whose hash stands in the events; opened values fit."""
    opened = {row["digest"]: row for row in _lines(evidence, "proof/opened.jsonl")}
    lines, known, kept, count = {}, set(), 0, 0
    for item in _lines(evidence, "proof/items.jsonl"):
        count += 1
        line = f"[{item['seq']},{item['ordinal']}," + ",".join(
            _quoted(item[name]) for name in ("subject_type", "subject_id", "action", "change")
        )
        lines.setdefault(item["seq"], []).append(line + "]\n")
        committed = json.loads(item["change"]).get("committed")
        if committed and committed["digest"] in opened:
            row = opened[committed["digest"]]
            if _digest_of(row) != committed["digest"]:
                raise Wrong(f"第 {item['seq']} 条的内容对不上 · values of event {item['seq']} do not fit")
            known.update(_hashes_in(json.loads(row["value"])))
            kept += 1
        known.update(_hashes_in(json.loads(item["change"])))
    for seq, found in lines.items():
        if hashlib.sha256("".join(found).encode()).hexdigest() != events[seq]["items_hash"]:
            raise Wrong(f"第 {seq} 条的明细已变 · the items of event {seq} were altered")
    return known, f"{count} 项明细与历史相符，{kept} 项内容已打开 · items fit the history, opened as told"


def _documents(evidence, known):
    """The documents of the case are those that its history tells."""
    documents = json.loads(evidence.read("case.json"))["documents"]
    for document in documents:
        if document["sha256"] not in known:
            raise Wrong(f"{document['file_name']}: 历史中没有 · is not in the history")
    return f"{len(documents)} 份案卷材料见于历史 · documents of the case are told by the history"


def canonical(value):
    """JSON in the one form that is hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _quoted(text):
    return json.dumps(text, ensure_ascii=False)


def _lines(evidence, name):
    with evidence.open(name) as stream:
        for line in stream:
            yield json.loads(line)


def _hashes_in(value):
    """Every SHA-256 under the name `sha256`, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "sha256" and isinstance(inner, str):
                yield inner
            yield from _hashes_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _hashes_in(inner)


def _digest_of(row):
    """The commitment over opened values: a leaf for each field, in the order of the names."""
    values = json.loads(row["value"])
    leaves = {}
    if row["salt"]:
        names = sorted(values)
        drawn = hashlib.shake_256(row["salt"].encode()).digest(16 * len(names))
        for place, name in enumerate(names):
            leaves[name] = _leaf(drawn[16 * place : 16 * place + 16], name, values[name])
    else:
        for name, (salt, pair) in values["kept"].items():
            leaves[name] = _leaf(bytes.fromhex(salt), name, pair)
        for name, told in values["erased"].items():
            leaves[name] = bytes.fromhex(told["leaf"])
    return hashlib.sha256(b"".join(leaves[name] for name in sorted(leaves))).hexdigest()


def _leaf(salt, name, pair):
    return hashlib.sha256(salt + f"{name}\0{canonical(pair)}".encode()).digest()


def is_signed(public, message, signature):
    """Whether an Ed25519 signature holds (RFC 8032): s·B = R + h·A."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, begin = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or begin is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    hashed = int.from_bytes(digest, "little") % ORDER
    left = _times(scalar, _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")))
    right = _plus(begin, _times(hashed, key))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


def _point(text):
    """A point in extended coordinates out of its 32 bytes, None where it is none."""
    number = int.from_bytes(text, "little")
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _plus(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0])
    b = (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * one[3] * other[3] * D, 2 * one[2] * other[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar, point):
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _plus(found, point)
        point, scalar = _plus(point, point), scalar >> 1
    return found


def main(words):
    """Say what holds, or what does not."""
    options = dict(zip(words[1::2], words[2::2]))  # noqa: B905 (not in Python 3.8)
    if not words or set(options) - {"--key", "--head"}:
        print(__doc__)
        return 2
    try:
        for line in check(words[0], options.get("--key"), options.get("--head")):
            print("✓", line)
    except (Wrong, OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        print("✗", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
