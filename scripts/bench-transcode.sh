#!/usr/bin/env bash
# Transcoding against what people use, interleaved in one run over real music; prints a Markdown table.
#
# Every way makes the same things of every track: loudness (I, LRA, true peak), FLAC -5, Vorbis at about
# 320, 160, 96 and 24 kbit/s (at half the rate), a preview of 30 s. Ours also measures every rendition again,
# levels it, pages it into chunks and publishes it; the others only encode.
#   ours        backline transcode run, two threads
#   one         one ffmpeg with all outputs and ebur128 (its best form), track by track
#   two         the same, two at a time
#   same        ffmpeg, the job that ours does: a scan, one run with all outputs at that gain, each measured again
#   each        one ffmpeg per rendition and one scan
#   xiph        flac, oggenc, loudgain
# CPU seconds (user and system) are what to trust where others share the machine.
#
# What was tried, with what came of it:
#   libvorbis's loops by fours         45 % of Vorbis: done, transcode/aotuv (bit for bit the same streams)
#   managed bitrates (ABR)             four times the CPU of quality mode, for the same bitrate: quality is tried instead
#   ebur128 for every measurement      21 % of a whole transcode (perf); our own meter takes 3 %, ebur128 verifies it
#   MD5 of the master a second time    2 %: verified once, when it is measured
#   preview cut instead of encoded     3 %: not done, a cut cannot fade
#   -march=x86-64-v3 for the C code    3 to 5 % of Vorbis: not done, binaries would not start on older machines
#   clang, -flto, gcc's PGO, -ffast-math  clang and PGO slower by 10 to 25 %, the others no faster (output bit-identical)
#   flush-to-zero in encoder threads   nothing: no denormals worth mentioning
#   libvorbis to decode for measuring  no faster than symphonia, and no second opinion on the encoder's own stream
#
# BIN: folder of the binaries. WORK: where `make demo` left its drop. ROUNDS: default 3. MINUTES: default 31.
# WAYS: default "ours one two same each xiph"; ours is always one of them.
set -euo pipefail
ROUNDS=${ROUNDS:-3}
MINUTES=${MINUTES:-31}
WAYS=${WAYS:-ours one two same each xiph}
for tool in ffmpeg ffprobe oggenc flac loudgain; do
  command -v $tool >/dev/null || { echo "bench-transcode.sh: $tool is missing" >&2; echo "fix: apt-get install ffmpeg vorbis-tools flac loudgain time" >&2; exit 2; }
done
[ -x /usr/bin/time ] || { echo "bench-transcode.sh: GNU time is missing" >&2; echo "fix: apt-get install time" >&2; exit 2; }
base=$WORK/bench-transcode
drop=$WORK/demo/drop
[ -d "$drop" ] || { echo "bench-transcode.sh: $drop is missing" >&2; echo "fix: make demo" >&2; exit 2; }
rm -rf "$base"
mkdir -p "$base/out"
"$BIN/backline" --quiet --store "$base/all" ingest run "$drop" >/dev/null 2>&1 || [ $? -eq 1 ]

# Whole releases, since an album is measured as a whole, until there are MINUTES of them; refused ones are left out.
seconds() { ffprobe -v error -show_entries stream=duration -of csv=p=0 "$1"; }
held() { local hash; hash=$(sha256sum <"$1" | cut -d" " -f1); [ -e "$base/all/objects/${hash:0:2}/$hash" ]; }
enough() { awk "BEGIN { exit !($total >= $MINUTES * 60) }"; }
masters=()
total=0
while read -r release; do
  mapfile -t files < <(find "$release" -name '*.flac' | sort)
  for file in "${files[@]}"; do held "$file" || continue 2; done
  for file in "${files[@]}"; do
    masters+=("$file")
    total=$(awk "BEGIN { print $total + $(seconds "$file") }")
  done
  ! enough || break
done < <(find "$drop" -name '*.flac' -printf '%h\n' | sort -u | sort -R --random-source=<(yes))
enough || { echo "bench-transcode.sh: only $total s of music" >&2; exit 2; }
arguments=()
for master in "${masters[@]}"; do arguments+=(--master "$(sha256sum <"$master" | cut -d' ' -f1)"); done

half() { ffprobe -v error -show_entries stream=sample_rate -of csv=p=0 "$1" | awk '{ r = $1; while (r > 24000) r /= 2; print r }'; }
ours() {
  rm -rf "$base/store"
  mkdir "$base/store"
  cp -al "$base/all/." "$base/store/"
  rm -rf "$base/store/transcodes" "$base/store/renditions" "$base/store/scans"
  meter ours "$BIN/backline" --quiet --json --threads 2 --store "$base/store" transcode run "${arguments[@]}"
}
one() { # FILE: one ffmpeg with all outputs
  local out=$base/out/$(basename "$1").one
  ffmpeg -v error -nostats -y -threads 1 -i "$1" \
    -map 0:a -c:a libvorbis -q:a 9 "$out.320.ogg" -map 0:a -c:a libvorbis -q:a 5 "$out.160.ogg" \
    -map 0:a -c:a libvorbis -q:a 2 "$out.96.ogg" -map 0:a -ar "$(half "$1")" -c:a libvorbis -q:a -1 "$out.24.ogg" \
    -map 0:a -c:a flac -compression_level 5 "$out.flac" -map 0:a -ss 20 -t 30 -c:a libvorbis -q:a 2 "$out.preview.ogg" \
    -map 0:a -af ebur128=peak=true -f null - 2>/dev/null
}
same() { # FILE: levelled to -14 LUFS, and every rendition measured after encoding
  local out=$base/out/$(basename "$1").same gain rendition
  gain=$(ffmpeg -nostats -threads 1 -i "$1" -af ebur128=peak=true -f null - 2>&1 |
    awk '/^    I:/ { level = $2 } END { printf "%.2f", -14 - level }')
  ffmpeg -v error -nostats -y -threads 1 -i "$1" \
    -map 0:a -af "volume=${gain}dB" -c:a libvorbis -q:a 9 "$out.320.ogg" \
    -map 0:a -af "volume=${gain}dB" -c:a libvorbis -q:a 5 "$out.160.ogg" \
    -map 0:a -af "volume=${gain}dB" -c:a libvorbis -q:a 2 "$out.96.ogg" \
    -map 0:a -af "volume=${gain}dB" -ar "$(half "$1")" -c:a libvorbis -q:a -1 "$out.24.ogg" \
    -map 0:a -c:a flac -compression_level 5 "$out.flac" \
    -map 0:a -ss 20 -t 30 -af "volume=${gain}dB" -c:a libvorbis -q:a 2 "$out.preview.ogg"
  for rendition in 320 160 96 24 preview; do
    ffmpeg -v error -nostats -threads 1 -i "$out.$rendition.ogg" -af ebur128=peak=true -f null - 2>/dev/null || true
  done
}
each() { # FILE: one ffmpeg per rendition
  local out=$base/out/$(basename "$1").each in=(ffmpeg -v error -nostats -y -threads 1 -i "$1")
  "${in[@]}" -c:a libvorbis -q:a 9 "$out.320.ogg"
  "${in[@]}" -c:a libvorbis -q:a 5 "$out.160.ogg"
  "${in[@]}" -c:a libvorbis -q:a 2 "$out.96.ogg"
  "${in[@]}" -ar "$(half "$1")" -c:a libvorbis -q:a -1 "$out.24.ogg"
  "${in[@]}" -c:a flac -compression_level 5 "$out.flac"
  "${in[@]}" -ss 20 -t 30 -c:a libvorbis -q:a 2 "$out.preview.ogg"
  "${in[@]}" -af ebur128=peak=true -f null - 2>/dev/null
}
xiph() { # FILE
  local out=$base/out/$(basename "$1").xiph
  cp "$1" "$out.in.flac"
  loudgain -q "$out.in.flac" >/dev/null
  flac -d -s -f -o "$out.wav" "$1"
  flac -5 -s -f -o "$out.flac" "$out.wav"
  oggenc -Q -q 9 -o "$out.320.ogg" "$out.wav"
  oggenc -Q -q 5 -o "$out.160.ogg" "$out.wav"
  oggenc -Q -q 2 -o "$out.96.ogg" "$out.wav"
  oggenc -Q -q -1 --resample "$(half "$1")" -o "$out.24.ogg" "$out.wav"
  flac -d -s -f --skip=0:20 --until=0:50 -o "$out.cut.wav" "$1" 2>/dev/null || cp "$out.wav" "$out.cut.wav"
  oggenc -Q -q 2 -o "$out.preview.ogg" "$out.cut.wav"
  rm "$out".*wav "$out.in.flac"
}
export -f one same each xiph half
export base
meter() { # NAME COMMAND…: adds "CPU wall MB" to NAME's lines
  local name=$1; shift
  local code=0
  /usr/bin/time -o "$base/time" -f '%U %S %e %M' "$@" >"$base/$name.log" 2>&1 || code=$?
  [ "$code" -le 1 ] || { cat "$base/$name.log" >&2; exit 2; }
  tail -1 "$base/time" | awk '{ print $1 + $2, $3, $4 / 1024 }' >>"$base/$name.rounds"
}
all() { printf '%s\0' "${masters[@]}"; }
printf '%s\0' "${masters[@]}" >"$base/list"
for round in $(seq "$ROUNDS"); do
  for way in $(printf '%s\n' $WAYS | sort -R --random-source=<(yes "$round")); do
    rm -rf "$base/out"; mkdir "$base/out"
    case $way in
      ours) ours ;;
      two) meter two xargs -0 -a "$base/list" -P 2 -I{} bash -c 'one "$1"' _ {} ;;
      *) meter $way xargs -0 -a "$base/list" -P 1 -I{} bash -c "$way \"\$1\"" _ {} ;;
    esac
    echo "round $round: $way $(tail -1 "$base/$way.rounds")" >&2
    case $way in one) cp "$base"/out/*.one.*.ogg "$base/" ;; xiph) cp "$base"/out/*.xiph.*.ogg "$base/" ;; esac
  done
done

column() { sort -n -k"$2","$2" "$base/$1.rounds" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'; }
echo "Measured $(date -u +%F) on $(nproc) cores ($(sed -n 's/model name.*: //p' /proc/cpuinfo | head -1)), ${#masters[@]} tracks,"
echo "$(awk "BEGIN { printf \"%.1f\", $total / 60 }") minutes of real music, medians of $ROUNDS interleaved rounds, by \`make bench-transcode\`."
echo
echo "| way | CPU s | times ours | wall s | times ours | peak MB | x realtime per CPU s |"
echo "|---|---|---|---|---|---|---|"
for row in "ours:ours" "one:one ffmpeg, all outputs + ebur128" "two:two such ffmpegs side by side" "same:ffmpeg: scan, all outputs levelled, each measured again" "each:one ffmpeg per rendition" "xiph:flac, oggenc, loudgain"; do
  name=${row%%:*}
  [ -e "$base/$name.rounds" ] || continue
  awk -v label="${row#*:}" -v cpu="$(column "$name" 1)" -v wall="$(column "$name" 2)" -v mb="$(column "$name" 3)" \
    -v ocpu="$(column ours 1)" -v owall="$(column ours 2)" -v total="$total" \
    'BEGIN { printf "| %s | %.1f | %.2f | %.1f | %.2f | %.0f | %.1f |\n", label, cpu, cpu / ocpu, wall, wall / owall, mb, total / cpu }'
done
echo
echo "Bitrates over all tracks, kbit/s (nominal 24, 96, 160, 320):"
ogg_kbps() { # GLOB RATES…
  local bytes
  for rate in 24 96 160 320; do
    bytes=$(cat "$base"/*."$1.$rate.ogg" | wc -c)
    awk "BEGIN { printf \" %.1f\", $bytes * 8 / 1000 / $total }"
  done
  echo
}
echo "ours:  $(cat "$base"/store/transcodes/*/*.json | tr '{' '\n' | awk -F'"' '
  /"profile":"vorbis-/ { for (i = 1; i < NF; i++) { if ($i == "profile") p = $(i + 2); if ($i == "bytes") { b = $(i + 1); gsub(/[^0-9]/, "", b) } } sum[p] += b }
  END { printf "%s %s %s %s", sum["vorbis-24"], sum["vorbis-96"], sum["vorbis-160"], sum["vorbis-320"] }' | awk -v t="$total" '{ for (i = 1; i <= 4; i++) printf " %.1f", $i * 8 / 1000 / t }')"
for way in one xiph; do
  [ ! -e "$base/$way.rounds" ] || echo "$way: $(ogg_kbps $way)"
done
