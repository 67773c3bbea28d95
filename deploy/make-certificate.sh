#!/bin/sh
# 单位自己的证书 · A certificate of the office's own, for a host without a public name.
#
#   sh make-certificate.sh FOLDER HOST [HOST …]      HOST: 名称或 IP · a name or an address
#
# 第一次还会造一个根证书 ca.pem，装到每部手机和电脑上；ca.key 锁起来。
# The first time a root certificate ca.pem is made as well: it goes onto every phone and computer; lock ca.key away.
set -eu
[ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
umask 077
mkdir -p "$1"
cd "$1"
shift
NAMES=
for HOST in "$@"; do
  case $HOST in
    *:*|*[0-9].[0-9]*.[0-9]*.[0-9]*) NAMES=$NAMES,IP:$HOST ;;
    *) NAMES=$NAMES,DNS:$HOST ;;
  esac
done
if [ ! -e ca.key ]; then
  openssl ecparam -name prime256v1 -genkey -noout -out ca.key
  openssl req -x509 -new -key ca.key -sha256 -days 3650 -out ca.pem -subj "/CN=Gushu $1" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
fi
openssl ecparam -name prime256v1 -genkey -noout -out site.key
openssl req -new -key site.key -subj "/CN=$1" -out site.csr
printf '%s\n' "subjectAltName=${NAMES#,}" basicConstraints=critical,CA:FALSE \
  keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth > site.ext
openssl x509 -req -in site.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 397 \
  -extfile site.ext -out site.own.pem 2> /dev/null
cat site.own.pem ca.pem > site.pem
rm -f site.csr site.ext site.own.pem
chmod 640 site.key
chmod 644 ca.pem site.pem
printf '%s\n' "site.pem site.key: 服务器用 · for the server    ca.pem: 装到手机上 · for the phones"
