#!/bin/sh
# Installs what a script needs, and says so: sh script/lib/install.sh core|trustee|fast|dask|core-test|fuzz|server|demo|check|test. Exit 2: something must be installed by hand.
set -eu
cd "$(dirname "$0")/../.."

level=${1:?core, trustee, fast, dask, core-test, fuzz, server, demo, check or test}
# Which lock, into which folder, and the larger installations in the same folder that serve as well.
case $level in
core) lock=core venv=var/venv-core larger="trustee fast dask core-test" ;;
trustee) lock=trustee venv=var/venv-core larger="core-test" ;;
fast) lock=fast venv=var/venv-core larger="dask core-test" ;;
dask) lock=dask venv=var/venv-core larger="core-test" ;;
core-test) lock=core-test venv=var/venv-core larger="" ;;
fuzz) lock=fuzz venv=var/venv-fuzz larger="" ;;
server) lock=server venv=.venv larger="demo dev" ;;
demo) lock=demo venv=.venv larger="dev" ;;
check | test) lock=dev venv=.venv larger="" ;;
*) echo "unknown level: $level" >&2 && exit 2 ;;
esac

# --- The system: python3 with venv, and for the tests a browser and a database server.

find_python() {
    for python in python3 python3.13 python3.12 python3.11 python3.14; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return 0; fi
    done
    return 1
}

missing="" # what is missing, as names of Debian packages
lacks() { missing="$missing $*"; }

if ! find_python; then
    lacks python3 python3-venv
elif ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    # Debian keeps venv apart; another Python without it is of no use, Debian's is then taken.
    lacks python3-venv
fi
if [ -e /etc/debian_version ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then lacks ca-certificates; fi
if [ "$level" = test ]; then
    command -v chromium >/dev/null || lacks chromium
    for initdb in /usr/lib/postgresql/*/bin/initdb; do [ -x "$initdb" ]; done || lacks postgresql
fi

if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing with apt-get:$missing"
        # Debian would start a server of its own: the tests start theirs.
        case $missing in *postgresql*)
            mkdir -p /etc/postgresql-common
            grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
                echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
            ;;
        esac
        log=$(mktemp)
        # shellcheck disable=SC2086  # a list of names
        if ! { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
            -o Dpkg::Options::=--force-confold $missing; } </dev/null >"$log" 2>&1; then
            tail -n 20 "$log" >&2
            echo "apt-get could not install:$missing" >&2
            exit 2
        fi
        rm -f "$log"
        find_python || { echo "Beffroi needs Python 3.11 or later." >&2 && exit 2; }
    elif command -v apt-get >/dev/null; then
        echo "Something is missing. Type this line, then start again:" >&2
        echo "sudo apt-get install -y$missing" >&2
        exit 2
    else
        echo "Missing, by the names of Debian's packages:$missing" >&2
        exit 2
    fi
fi

# --- The environment: skipped when it was made from this very lock by this very Python.

stamp() { # of one lock; the project's own metadata count, because they make the `beffroi` command
    { "$python" -c 'import sys; print(sys.version, sys.executable)' && pwd && cat "requirements/$1.txt" pyproject.toml; } | sha256sum | cut -d ' ' -f 1
}

for made in $lock $larger; do
    if [ "$(cat "$venv/.made-from-$made" 2>/dev/null)" = "$(stamp "$made")" ] && "$venv/bin/python" -P -c 'import beffroi' 2>/dev/null; then
        exit 0
    fi
done

echo "Installing into $venv what requirements/$lock.txt lists:"
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then "$python" -m venv --clear "$venv"; fi
rm -f "$venv"/.made-from-*

# uv reads no configuration of pip's: a machine that has a package index of its own tells both.
if [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    index=$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)
    index=${PIP_INDEX_URL:-$index}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
fi
if [ -z "${SSL_CERT_FILE:-}" ] && [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt # the machine's own authorities, also one added by its owner
fi
if [ -n "${SSL_CERT_FILE:-}" ]; then export PIP_CERT="${PIP_CERT:-$SSL_CERT_FILE}"; fi

"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
export VIRTUAL_ENV="$PWD/$venv"
# Compiled once, here: a Python image may be told to keep no bytecode, and then compiles Django or NumPy at each start.
"$venv/bin/uv" pip sync --compile-bytecode --require-hashes "requirements/$lock.txt"
# The project itself, editable; its builder came with the lock, so nothing is fetched without a hash.
"$venv/bin/uv" pip install --no-deps --no-build-isolation --offline --editable .
stamp "$lock" >"$venv/.made-from-$lock"
