#!/bin/sh
# Makes sure of what the browser tests need: Chromium and a Chinese font. Says plainly what is missing.
have() { command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || [ -n "$GUSHU_CHROMIUM" ]; }
fonts() { command -v fc-list >/dev/null 2>&1 && fc-list :lang=zh 2>/dev/null | grep -q .; }
if have && { fonts || [ "$(uname)" = Darwin ]; }; then exit 0; fi
root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then root="sudo -n"; else root="none"; fi
fi
if [ "$root" != none ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium and a Chinese font for the browser tests …"
  export DEBIAN_FRONTEND=noninteractive
  $root apt-get update -qq >/dev/null 2>&1
  $root apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null 2>&1
fi
have || echo "NOTE: no Chromium here: the browser tests are left out. Install chromium, or name one with GUSHU_CHROMIUM=/path."
exit 0
