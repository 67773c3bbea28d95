#!/bin/sh
# 安装古树名册，不用网络 · Installs Gushu from this folder, without a network.
#
#   sh install.sh                 以 root：程序、专用账号、服务 · as root: program, its own account, services
#   sh install.sh --prefix DIR    只装程序 · the program alone, as anybody
#
# 再运行一次就是更新 · Run it again from a newer bundle to update.
set -eu
cd "$(dirname "$0")"
umask 022
VERSION=@VERSION@
NEEDS=@PYTHON@
PREFIX=/opt/gushu
SYSTEM=yes
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) PREFIX=$2; SYSTEM=no; shift 2 ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

if [ $SYSTEM = yes ] && [ "$(id -u)" != 0 ]; then
  stop "请以 root 运行，或加 --prefix DIR · run it as root, or with --prefix DIR"
fi
sha256sum --check --quiet SHA256SUMS || stop "文件不完整，请重新拷贝 · files are not whole: copy the bundle again"
PYTHON=${PYTHON:-python3}
FOUND=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || stop "没有 $PYTHON · there is no $PYTHON"
[ "$FOUND" = "$NEEDS" ] || stop "本包用于 Python $NEEDS，这里是 $FOUND；可用 PYTHON=… 指定 · this bundle is for Python $NEEDS, here is $FOUND; name one with PYTHON=…"

mkdir -p "$PREFIX/releases"
PREFIX=$(cd "$PREFIX" && pwd)
HOME_OF_THIS=$PREFIX/releases/$VERSION-$(date -u +%Y%m%d%H%M%S)
trap 'rm -rf "$HOME_OF_THIS"; stop "没有装成，原来的程序照旧 · not installed; what was there stays as it was"' EXIT
"$PYTHON" -m venv "$HOME_OF_THIS"
PIP_CONFIG_FILE=/dev/null "$HOME_OF_THIS/bin/python" -m pip install --quiet --disable-pip-version-check \
  --no-cache-dir --no-index --find-links wheels --requirement requirements.txt
"$HOME_OF_THIS/bin/gushu" --help > /dev/null
ln -sfn "$HOME_OF_THIS" "$PREFIX/next"
mv -T "$PREFIX/next" "$PREFIX/current"
trap - EXIT
say "程序已装在 · the program is at  $PREFIX/current/bin/gushu"
[ $SYSTEM = yes ] || exit 0

id gushu > /dev/null 2>&1 || useradd --system --home-dir /var/lib/gushu --shell /usr/sbin/nologin gushu
install -d -o gushu -g gushu -m 0700 /var/lib/gushu /var/backups/gushu
install -d -o root -g gushu -m 0750 /etc/gushu
[ -e /etc/gushu/gushu.env ] || install -o root -g gushu -m 0640 gushu.env /etc/gushu/gushu.env
install -m 0755 gushu-office /usr/local/bin/gushu-office
install -m 0644 systemd/*.service systemd/*.timer /etc/systemd/system/
systemctl daemon-reload
say "接下来看 INSTALL.html 第三步 · go on with step 3 of INSTALL.html"
