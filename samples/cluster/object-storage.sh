#!/usr/bin/env bash
# usage: object-storage.sh SOURCE TARGET [OPTION...]: thumbnails of what lies in a bucket, into another place, both as rclone
# names them (s3:photos/2024, gcs:thumbs, a local folder). Lists as a stream; holds BATCH (500) pictures and their thumbnails
# on the local disk at a time, never the bucket. What fails is told, and the rest goes on; the status is that of imgbatch.
# Where rclone mount works, imgbatch resize /mnt/photos --out /mnt/thumbs does it in one line, but reads over the net.
set -euo pipefail
source=$1 target=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

work() {
  rclone copy --files-from-raw "$scratch/names" --no-traverse "$source" "$scratch/in" </dev/null
  imgbatch resize "$scratch/in" --out "$scratch/out" --no-journal --quiet "$@" </dev/null || status=$?
  [ "$status" -le 1 ] || exit "$status"
  rclone move --exclude '.imgbatch-*' "$scratch/out" "$target" </dev/null
  rm -rf "$scratch/in" "$scratch/out"
}

while mapfile -t -n "${BATCH:-500}" names && [ ${#names[@]} -gt 0 ]; do
  printf '%s\n' "${names[@]}" >"$scratch/names"
  work "$@"
done < <(rclone lsf --recursive --files-only --include '*.{jpg,jpeg,png,JPG,JPEG,PNG}' "$source")
# The listing has to have come to its end, too.
wait $!
exit "$status"
