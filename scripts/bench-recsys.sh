#!/usr/bin/env bash
# Recommendations beside their peers in one run: ALS against `implicit`, exact scoring, 20 million events against DuckDB.
# Needs the `measure` example (built here) and a Python with implicit, numpy, duckdb (PYTHON=…; without: ours alone).
# BIN: folder of the binaries. WORK: scratch. LISTENERS, ITEMS, EVENTS: sizes.
set -euo pipefail
work=$WORK/bench-recsys
mkdir -p "$work"
python=${PYTHON:-python3}
listeners=${LISTENERS:-200000} items=${ITEMS:-100000} events=${EVENTS:-20000000}
cargo build --quiet --locked --release --workspace --example measure
measure=$BIN/examples/measure
export RAYON_NUM_THREADS=${THREADS:-2} OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=${THREADS:-2} POLARS_MAX_THREADS=${THREADS:-2}
value() { grep -oE "\"$1\": *[0-9.]+" | head -1 | grep -oE '[0-9.]+$'; }

echo "## ALS, $listeners x $items, 128 factors"
[ -s "$work/matrix-$listeners-$items" ] || "$measure" generate "$work/matrix-$listeners-$items" "$listeners" "$items"
ours=$("$measure" als "$work/matrix-$listeners-$items" 128)
echo "ours:     $ours"
if "$python" -c 'import implicit' 2>/dev/null; then
  theirs=$("$python" - "$work/matrix-$listeners-$items" "$RAYON_NUM_THREADS" <<'PY'
import sys, json, resource, time
import numpy as np, scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
words = np.fromfile(sys.argv[1], dtype=np.uint32)
n, m, k = map(int, words[:3])
matrix = sp.csr_matrix((np.ones(k, np.float32), words[4 + n:].astype(np.int32), words[3:4 + n].astype(np.int32)), shape=(n, m))
del words
def seconds(iterations):
    model = AlternatingLeastSquares(factors=128, iterations=iterations, num_threads=int(sys.argv[2]), use_cg=True,
                                    regularization=1.0, alpha=40.0, calculate_training_loss=False, random_state=1)
    before = time.process_time()
    model.fit(matrix, show_progress=False)
    return time.process_time() - before
one = seconds(1)
per = (seconds(4) - one) / 3
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"what": "implicit", "cpu_s_per_iteration": round(per, 3), "peak_mb": peak}))
PY
)
  echo "implicit: $theirs"
  a=$(value cpu_s_per_iteration <<<"$ours") b=$(value cpu_s_per_iteration <<<"$theirs")
  c=$(value peak_mb <<<"$ours") d=$(value peak_mb <<<"$theirs")
  awk "BEGIN { printf \"share of implicit: CPU %.2f (at most 0.40), memory %.2f (at most 0.65)\n\", $a / $b, $c / $d }"
else
  echo "bench-recsys.sh: no implicit for $python: ALS stands alone" >&2
  echo "fix: pip install implicit, or PYTHON=/path/to/python" >&2
fi

echo
echo "## Exact scoring of all listeners, $items recordings, 128 factors, best 100"
"$measure" scoring 20000 "$items" 128

echo
echo "## Interactions in memory"
"$measure" csr 200000000

echo
echo "## $events events to interactions"
if "$python" -c 'import duckdb, numpy, pyarrow' 2>/dev/null; then
  [ -s "$work/events-$events/done" ] || "$python" - "$work/events-$events" "$events" "$BIN/backline" <<'PY'
import sys, os, subprocess, json
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
folder, count = sys.argv[1], int(sys.argv[2])
os.makedirs(folder + "/store/plays", exist_ok=True)
rng = np.random.default_rng(1)
alphabet = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
# 100,000 recordings of a synthetic catalogue: any 22 characters that parse.
ids = np.array(["0" + "".join(row) for row in rng.choice(alphabet, (100_000, 21))])
days, start = 20, 1_790_000_000_000 // 86_400_000 * 86_400_000
for day in range(days):
    n = count // days
    rank = np.minimum((rng.pareto(0.85, n) * 50).astype(np.int64), 99_999)
    played = rng.integers(0, 300_000, n).astype(np.int32)
    at = np.sort(rng.integers(0, 86_400_000, n)) + start + day * 86_400_000
    listener = rng.integers(0, 200_000, n)
    table = pa.table({
        "listener": listener, "recording": pa.array(ids[rank]),
        "started_at": pa.array(at, pa.timestamp("ms", "UTC")),
        "played_ms": played, "duration_ms": np.full(n, 240_000, np.int32),
        "ended": pa.array(np.array(["complete", "skip", "stop"])[rng.integers(0, 3, n)]),
        "country": pa.array(np.array(["DE", "US", "FR"])[listener % 3]),
        "tier": pa.array(np.array(["free", "premium"])[listener % 2]),
        "session": listener * 1000 + at // 3_600_000 % 1000,
    })
    out = f"{folder}/store/plays/day={np.datetime64(int(start // 86_400_000) + day, 'D')}"
    os.makedirs(out, exist_ok=True)
    pq.write_table(table, out + "/part-0.parquet", compression="zstd")
open(folder + "/ids", "w").write("\n".join(ids))
open(folder + "/done", "w").write("done")
PY
  time=$(command -v /usr/bin/time || true)
  measured() { "$time" -f "  CPU %U + %S s, wall %e s, peak %M KB" "$@"; }
  [ -n "$time" ] || measured() { "$@"; }
  echo "ours (every row checked, deduplicated per listener, recording and session within five minutes, decayed, CSR):"
  measured "$BIN/backline" --quiet --threads "$RAYON_NUM_THREADS" --store "$work/events-$events/store" recsys plays --recordings "$work/events-$events/ids" || [ $? -eq 1 ]
  echo "DuckDB (30-second rule, buckets of five minutes, sums per listener and recording):"
  measured "$python" - "$work/events-$events/store" "$RAYON_NUM_THREADS" <<'PY'
import sys, duckdb
db = duckdb.connect(config={"threads": int(sys.argv[2])})
print(" ", db.sql(f"""
  select count(*), sum(n) from (
    select listener, recording, count(*) n, sum(pow(2, -(1792000000000 - t) / 86400000.0 / 90)) w from (
      select listener, recording, session, min(epoch_ms(started_at)) t
      from read_parquet('{sys.argv[1]}/plays/*/*.parquet')
      where played_ms >= least(30000, duration_ms / 2)
      group by listener, recording, session, epoch_ms(started_at) // 300000)
    group by listener, recording)""").fetchall())
PY
else
  echo "bench-recsys.sh: no duckdb, numpy and pyarrow for $python: events are not measured" >&2
  echo "fix: pip install duckdb numpy pyarrow, or PYTHON=/path/to/python" >&2
fi
