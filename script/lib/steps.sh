# Sourced by script/check and script/test: runs every step, whatever fails, and tells at the end. sh has no better.
# shellcheck shell=sh
failed=0
summary=""

# step TITLE COMMAND...: with QUIET=1 the command's words are shown only when it fails.
step() {
    title=$1
    shift
    printf '\n== %s\n' "$title"
    began=$(date +%s)
    if [ "${QUIET:-}" = 1 ]; then
        words=$(mktemp)
        if "$@" >"$words" 2>&1 </dev/null; then verdict=ok; else verdict=FAILED && cat "$words"; fi
        rm -f "$words"
    else
        if "$@" </dev/null; then verdict=ok; else verdict=FAILED; fi
    fi
    seconds=$(($(date +%s) - began))
    printf -- '-- %s, %s s\n' "$verdict" "$seconds"
    if [ "$verdict" = FAILED ]; then failed=$((failed + 1)); fi
    summary="$summary$(printf '%-8s%4s s  %s' "$verdict" "$seconds" "$title")
"
}
