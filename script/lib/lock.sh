#!/bin/sh
# Writes requirements/*.txt anew from pyproject.toml: hashes, no addresses. Options go to uv (--upgrade, --upgrade-package NAME).
set -eu
cd "$(dirname "$0")/../.."

lock() {
    out=$1
    shift
    UV_CUSTOM_COMPILE_COMMAND=script/lib/lock.sh .venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
        --no-emit-index-url --no-emit-find-links --no-annotate -o "requirements/$out.txt" "$@"
}

# dev holds everything; the others are parts of it, at the same versions.
lock dev pyproject.toml requirements/build.in requirements/core-test.in --extra trustee --extra fast --extra dask --extra server --extra demo --extra dev "$@"
lock core pyproject.toml requirements/build.in -c requirements/dev.txt
lock core-test pyproject.toml requirements/build.in requirements/core-test.in --extra trustee --extra fast --extra dask -c requirements/dev.txt
lock trustee pyproject.toml requirements/build.in --extra trustee -c requirements/dev.txt
lock fast pyproject.toml requirements/build.in --extra fast -c requirements/dev.txt
lock dask pyproject.toml requirements/build.in --extra fast --extra dask -c requirements/dev.txt
lock server pyproject.toml requirements/build.in --extra server -c requirements/dev.txt
lock demo pyproject.toml requirements/build.in --extra server --extra demo -c requirements/dev.txt
lock fuzz pyproject.toml requirements/build.in requirements/fuzz.in --extra trustee -c requirements/dev.txt
lock uv requirements/uv.in
