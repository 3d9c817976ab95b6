#!/usr/bin/env bash
# Tries what a worker process that was taken over can do: as this user and, as root, as nobody too; with Landlock and without.
# Needs a C compiler. Exit status 1 where anything was allowed.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 777 "$folder"
cc=$(command -v cc || command -v clang)
"$cc" -D_GNU_SOURCE -D_Nonnull= -D_Nullable= -ISources/CPlatform/include Tests/Soak/worker_escape.c \
  Sources/CPlatform/{confine,landlock,seccomp}.c -o "$folder/worker_escape"
echo victim >"$folder/victim"
chmod 666 "$folder/victim"
as_users=(env)
[ "$(id -u)" -ne 0 ] || as_users+=('setpriv --reuid=65534 --regid=65534 --clear-groups')
for as_user in "${as_users[@]}"; do
  for kind in images downloads; do
    for walls in '' no-landlock; do
      # By a pipe, since it may not write to a file itself.
      $as_user "$folder/worker_escape" "$folder" "$kind" $walls | cat
    done
  done
done
