#!/usr/bin/env bash
# A million made-up tracks: size of the index and CPU per search, then the same tracks and queries in tantivy
# alone and in SQLite FTS5.
# Prints Markdown. CPU time of the asking thread, so that a busy machine bends it less. BIN, WORK as in the
# Makefile; TRACKS. Exit codes: 0 measured, 2 could not run.
set -euo pipefail
out=$WORK/bench-search
mkdir -p "$out"
trap 'rm -rf "$out"' EXIT
echo "Measured $(date -u +%F) on $(nproc) cores ($(sed -n 's/model name.*: //p' /proc/cpuinfo | head -1)), load $(cut -d' ' -f1 /proc/loadavg), by \`make bench-search\`."
echo
"$BIN/examples/million" "${TRACKS:-1000000}" "$out"
echo
"$BIN/examples/plain_tantivy" "$out"
echo
if ! python3 -c 'import sqlite3; sqlite3.connect(":memory:").execute("create virtual table t using fts5(a)")' 2>/dev/null; then
  echo "SKIPPED: SQLite with FTS5. fix: apt-get install python3"
  exit 0
fi
python3 - "$out" <<'PY'
import sqlite3, sys, time
folder = sys.argv[1]
EACH = 40  # queries of a kind: FTS5 scores every match, and takes its time
table = sqlite3.connect(f"{folder}/fts.db")
table.execute("pragma journal_mode = off")
table.execute("create virtual table t using fts5(title, artist, release, content = '', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2')")
began = time.process_time()
with open(f"{folder}/tracks.tsv") as rows:
    read = (row.rstrip("\n").split("\t") for row in rows)
    table.executemany("insert into t(rowid, title, artist, release) values (?, ?, ?, ?)", ((n, *row[:3]) for n, row in enumerate(read, 1)))
table.execute("insert into t(t) values ('optimize')")
table.commit()
wrote = time.process_time() - began
(pages,), (size,) = table.execute("pragma page_count").fetchone(), table.execute("pragma page_size").fetchone()
(count,) = table.execute("select max(rowid) from t").fetchone()
print(f"SQLite {sqlite3.sqlite_version} FTS5: {wrote:.1f} CPU s to write, {pages * size / count:.1f} bytes per track; no typos, no standing, no names of their own.")
print("\n| search | CPU µs p50 | p99 | mean |\n|---|---|---|---|")
kinds = {}
with open(f"{folder}/queries.tsv") as rows:
    for row in rows:
        kind, text = row.rstrip("\n").split("\t")
        kinds.setdefault(kind, []).append(text)
for kind, texts in kinds.items():
    if kind == "one typo":
        continue
    times = []
    for text in texts[:: max(1, len(texts) // EACH)]:
        words = [f'"{word}"' for word in text.split()]
        if kind.startswith("suggest") and words:
            words[-1] += "*"
        began = time.process_time()
        table.execute("select rowid from t where t match ? order by rank limit ?", (" ".join(words), 10 if "suggest" in kind else 20)).fetchall()
        times.append((time.process_time() - began) * 1e6)
    times.sort()
    at = lambda share: times[int((len(times) - 1) * share)]
    print(f"| {kind} | {at(0.5):.1f} | {at(0.99):.1f} | {sum(times) / len(times):.1f} |", flush=True)
PY
