"""An office without a network, run by itself with a Python that knows nothing of ours.

argv: the installed `gushu`, the bundle. The working folder holds trees.csv and plain.toml; the variables
OLDER and PRINTED name a register of an earlier version and the text on a tag of it. Answers one line of JSON.
"""

import atexit
import fcntl
import http.client
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

GUSHU, BUNDLE = sys.argv[1:3]
PASSWORD = "a-long-password-of-nobody"
PORT = 18443


def loopback_up():
    """A namespace begins with its loopback down; where this is none, it is up already."""
    with socket.socket() as probe:
        name = b"lo".ljust(16, b"\0")
        flags = struct.unpack("16sh", fcntl.ioctl(probe, 0x8913, name + bytes(16))[:18])[1]
        if not flags & 1:
            fcntl.ioctl(probe, 0x8914, struct.pack("16sh", name, flags | 1) + bytes(14))


def gushu(register, *words, lang="zh", **more):
    """Run a command; its answer as JSON."""
    line = [GUSHU, "--register", register, "--lang", lang, "--json", *words]
    found = subprocess.run(line, capture_output=True, text=True, check=False, **more)
    if found.returncode:
        sys.exit(f"{' '.join(line)}\n{found.stdout}\n{found.stderr}")
    return json.loads(found.stdout.splitlines()[-1]) if found.stdout.strip() else {}


def tag_text(register):
    """What is printed on the newest tag of a register, out of what the office may compute itself."""
    code = (
        "import sqlite3,sys,json,base64,hmac,hashlib;"
        "from registry.keys import read_keys,key_path;from registry.rules.tag_codes import printed_text;"
        "row=sqlite3.connect(sys.argv[1]).execute('SELECT code,key_id FROM tag').fetchone();"
        "print(printed_text(row[0],read_keys(key_path(sys.argv[1])).tag_key(row[1])))"
    )
    python = Path(GUSHU).with_name("python")
    return subprocess.run(
        [python, "-c", code, register], capture_output=True, text=True, check=True
    ).stdout.strip()


class Site:
    """`gushu serve` over HTTPS, with the office's own certificate."""

    def __init__(self, register, public):
        words = [
            "serve",
            "--public",
            public,
            "--port",
            str(PORT),
            "--tls-cert",
            "ca/site.pem",
            "--tls-key",
            "ca/site.key",
        ]
        quiet = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
        }  # a pipe would outlive this program
        self.process = subprocess.Popen([GUSHU, "--register", register, *words], **quiet)
        atexit.register(self.process.kill)
        self.context = ssl.create_default_context(cafile="ca/ca.pem")
        for _ in range(1200):
            try:
                socket.create_connection(("127.0.0.1", PORT), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("the site did not come up")

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", PORT, context=self.context, timeout=60)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def scan(self, printed):
        """What a visitor is told of a tag, and of one that differs in a character."""
        answer, page = self.ask("GET", f"/T/{printed}")
        forged, forged_page = self.ask("GET", f"/T/{printed[:-1]}{'A' if printed[-1] != 'A' else 'B'}")
        plain = re.sub(r"<[^>]+>", "", page)
        return {"status": answer.status, "page": plain, "forged": forged.status, "forged_page": forged_page}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def main():
    loopback_up()
    certificate = [f"{BUNDLE}/make-certificate.sh", "ca", "127.0.0.1", "gushu.lan"]
    subprocess.run(["sh", *certificate], check=True, capture_output=True)
    told = {}
    gushu("register.db", "init")
    gushu("register.db", "import", "trees.csv", "--mapping", "plain.toml")
    gushu("register.db", "config", "set", "public_address", "https://gushu.lan:18443")
    gushu("register.db", "tags", "tags.pdf")
    Path("pass").write_text("correct horse battery staple\n")
    Path("password").write_text(f"{PASSWORD}\n")
    gushu(
        "register.db",
        "account",
        "add",
        "registrar",
        "登记员",
        "--role",
        "registrar",
        "--password-file",
        "password",
    )
    photos = Path("register.db.photos/ab") / ("ab" * 32)
    photos.parent.mkdir(parents=True)
    photos.write_bytes(b"an original")
    gushu("register.db", "backup", "backup.tar", "--passphrase-file", "pass")
    told["head"] = gushu("register.db", "verify")["head"]
    gushu("register.db", "restore", "backup.tar", "--to", "elsewhere", "--passphrase-file", "pass")
    moved = "elsewhere/register.db"
    told["restored_head"] = gushu(moved, "verify")["head"]
    told["moved_photo"] = Path("elsewhere/register.db.photos/ab").exists()
    printed = tag_text("register.db")
    gushu(moved, "publish", "--out", "new.gpkg")
    site = Site(moved, "new.gpkg")
    told["new"] = site.scan(printed)
    form = urllib.parse.urlencode({"login": "registrar", "password": PASSWORD})
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"https://127.0.0.1:{PORT}"}
    answer, _page = site.ask("POST", "/-/desk/sign-in", form, headers)
    told["cookies"] = [
        value for value in answer.headers.get_all("set-cookie") or [] if "gushu_desk=" in value
    ]
    told["hsts"] = answer.headers["strict-transport-security"]
    told["stopped"] = site.stop()
    older = os.environ["OLDER"]
    gushu(older, "backup", "older.tar", "--passphrase-file", "pass")
    gushu("nowhere.db", "restore", "older.tar", "--to", "came", "--passphrase-file", "pass")
    came = "came/register.db"
    gushu(came, "migrate")
    gushu(came, "verify")
    gushu(came, "publish", "--out", "older.gpkg")
    site = Site(came, "older.gpkg")
    told["older"] = site.scan(os.environ["PRINTED"])
    site.stop()
    print(json.dumps(told, ensure_ascii=False))


main()
