//! How is the server doing?
//!
//! Counters in atomics, written as Prometheus text (exposition format 0.0.4). Routes are labelled
//! by their pattern, never by a path: a scanner cannot make new series.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Statuses counted by themselves; any other counts under its class's first (4xx as 400).
const STATUSES: [u16; 16] = [
    200, 204, 206, 304, 400, 401, 403, 404, 405, 412, 413, 416, 429, 451, 500, 503,
];

/// Upper bounds in seconds.
const BOUNDS: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The client was done.
    ByClient,
    /// No first byte or no whole header in time.
    Silent,
    /// The client stopped reading.
    Stalled,
    /// No byte for long.
    Idle,
    /// A cap was reached.
    Full,
    /// Not HTTP, or cut off.
    Broken,
}

const CLOSED: [(Closed, &str); 6] = [
    (Closed::ByClient, "client"),
    (Closed::Silent, "silent"),
    (Closed::Stalled, "stalled"),
    (Closed::Idle, "idle"),
    (Closed::Full, "full"),
    (Closed::Broken, "broken"),
];

/// A histogram of durations.
#[derive(Default)]
struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    sum_us: AtomicU64,
}

impl Histogram {
    fn observe(&self, took: Duration) {
        let bucket = BOUNDS.partition_point(|bound| *bound < took.as_secs_f64());
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.sum_us.fetch_add(took.as_micros() as u64, Relaxed);
    }

    /// `labels` without braces, e.g. `route="/healthz"`.
    fn write(&self, out: &mut String, name: &str, labels: &str) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count.load(Relaxed);
            let bound = BOUNDS.get(bucket).map_or("+Inf".to_owned(), f64::to_string);
            let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {seen}");
        }
        let sum = self.sum_us.load(Relaxed) as f64 / 1e6;
        let _ = writeln!(
            out,
            "{name}_sum{{{labels}}} {sum}\n{name}_count{{{labels}}} {seen}"
        );
    }
}

#[derive(Default)]
struct Route {
    statuses: [AtomicU64; STATUSES.len()],
    latency: Histogram,
}

/// Everything counted.
pub struct Metrics {
    routes: Vec<(&'static str, Route)>,
    other: Route,
    first_chunk: Histogram,
    heard_after: Histogram,
    stalls: AtomicU64,
    stalled_ms: AtomicU64,
    shed: AtomicU64,
    late_us: AtomicU64,
    bytes_sent: AtomicU64,
    connections: AtomicI64,
    closed: [AtomicU64; CLOSED.len()],
    panics: AtomicU64,
    generation: AtomicU64,
    swaps: AtomicU64,
    refused: AtomicU64,
    swap_ms: AtomicU64,
}

impl Metrics {
    /// With one series per route pattern.
    pub fn new(routes: &[&'static str]) -> Metrics {
        Metrics {
            routes: routes
                .iter()
                .map(|route| (*route, Route::default()))
                .collect(),
            other: Route::default(),
            first_chunk: Histogram::default(),
            heard_after: Histogram::default(),
            stalls: AtomicU64::default(),
            stalled_ms: AtomicU64::default(),
            shed: AtomicU64::default(),
            late_us: AtomicU64::default(),
            bytes_sent: AtomicU64::default(),
            connections: AtomicI64::default(),
            closed: Default::default(),
            panics: AtomicU64::default(),
            generation: AtomicU64::default(),
            swaps: AtomicU64::default(),
            refused: AtomicU64::default(),
            swap_ms: AtomicU64::default(),
        }
    }

    /// An answer's header is ready.
    pub(crate) fn answered(&self, route: Option<&str>, status: u16, took: Duration) {
        let known = self.routes.iter().find(|(name, _)| Some(*name) == route);
        let route = known.map_or(&self.other, |(_, route)| route);
        let at = STATUSES
            .iter()
            .position(|known| *known == status)
            .unwrap_or_else(|| {
                let class = status / 100 * 100;
                STATUSES
                    .iter()
                    .position(|known| *known >= class)
                    .unwrap_or(STATUSES.len() - 1)
            });
        route.statuses[at].fetch_add(1, Relaxed);
        route.latency.observe(took);
    }

    /// The first chunk of a track has been handed to the socket.
    pub(crate) fn first_chunk(&self, took: Duration) {
        self.first_chunk.observe(took);
    }

    /// A player says how long a listener waited for the first sound, and what faltered after it.
    pub(crate) fn heard(&self, first: Option<Duration>, stalls: u64, stalled: Duration) {
        if let Some(first) = first {
            self.heard_after.observe(first);
        }
        self.stalls.fetch_add(stalls, Relaxed);
        self.stalled_ms
            .fetch_add(stalled.as_millis() as u64, Relaxed);
    }

    /// A request was refused because the server has fallen behind.
    pub(crate) fn shed(&self) {
        self.shed.fetch_add(1, Relaxed);
    }

    /// How late a task is served now.
    pub(crate) fn late(&self, microseconds: u64) {
        self.late_us.store(microseconds, Relaxed);
    }

    pub(crate) fn sent(&self, bytes: u64) {
        self.bytes_sent.fetch_add(bytes, Relaxed);
    }

    pub(crate) fn connection_opened(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    pub(crate) fn connection_closed(&self) {
        self.connections.fetch_sub(1, Relaxed);
    }

    pub(crate) fn closed(&self, why: Closed) {
        if let Some(at) = CLOSED.iter().position(|(known, _)| *known == why) {
            self.closed[at].fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn panicked(&self) {
        self.panics.fetch_add(1, Relaxed);
    }

    /// An edition of this generation answers from now on; opening it took so long.
    pub(crate) fn swapped(&self, generation: u64, took: Duration) {
        self.generation.store(generation, Relaxed);
        self.swaps.fetch_add(1, Relaxed);
        self.swap_ms.store(took.as_millis() as u64, Relaxed);
    }

    pub(crate) fn edition_refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// Connections closed for one reason, for tests and operators.
    pub fn closed_for(&self, reason: &str) -> u64 {
        let at = CLOSED.iter().position(|(_, name)| *name == reason);
        at.map_or(0, |at| self.closed[at].load(Relaxed))
    }

    /// Prometheus text.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(16 * 1024);
        self.write_requests(&mut out);
        head(
            &mut out,
            "backline_first_chunk_seconds",
            "histogram",
            "Request of a track's first chunk to its last byte handed to the socket.",
        );
        self.first_chunk
            .write(&mut out, "backline_first_chunk_seconds", "");
        head(
            &mut out,
            "backline_heard_after_seconds",
            "histogram",
            "Press of play to the first sound, as players report it.",
        );
        self.heard_after
            .write(&mut out, "backline_heard_after_seconds", "");
        head(
            &mut out,
            "backline_connections_closed_total",
            "counter",
            "Connections ended, by reason.",
        );
        for ((_, reason), count) in CLOSED.iter().zip(&self.closed) {
            let count = count.load(Relaxed);
            let _ = writeln!(
                out,
                "backline_connections_closed_total{{reason=\"{reason}\"}} {count}"
            );
        }
        let open = self.connections.load(Relaxed);
        single(
            &mut out,
            "backline_connections",
            "gauge",
            "Connections open.",
            open,
        );
        let counters = [
            (
                "backline_stalls_total",
                "counter",
                "Interruptions for want of data, as players report them.",
                &self.stalls,
            ),
            (
                "backline_stalled_milliseconds_total",
                "counter",
                "Time that listeners waited in those interruptions.",
                &self.stalled_ms,
            ),
            (
                "backline_shed_total",
                "counter",
                "Requests refused because the server had fallen behind.",
                &self.shed,
            ),
            (
                "backline_late_microseconds",
                "gauge",
                "How late a task is served now.",
                &self.late_us,
            ),
            (
                "backline_audio_bytes_total",
                "counter",
                "Bytes of audio answered with.",
                &self.bytes_sent,
            ),
            (
                "backline_panics_total",
                "counter",
                "Handlers that panicked; each cost one request.",
                &self.panics,
            ),
            (
                "backline_edition_generation",
                "gauge",
                "Generation of the edition that answers; 0 before the first.",
                &self.generation,
            ),
            (
                "backline_edition_swaps_total",
                "counter",
                "Editions taken up, the first included.",
                &self.swaps,
            ),
            (
                "backline_edition_refused_total",
                "counter",
                "Editions named by CURRENT that were refused.",
                &self.refused,
            ),
            (
                "backline_edition_open_milliseconds",
                "gauge",
                "Opening and checking the edition that answers.",
                &self.swap_ms,
            ),
        ];
        for (name, kind, help, value) in counters {
            single(&mut out, name, kind, help, value.load(Relaxed) as i64);
        }
        out
    }

    fn write_requests(&self, out: &mut String) {
        let all = || {
            self.routes
                .iter()
                .map(|(name, route)| (*name, route))
                .chain([("other", &self.other)])
        };
        head(
            out,
            "backline_requests_total",
            "counter",
            "Answers, by route and status.",
        );
        for (name, route) in all() {
            for (status, count) in STATUSES.iter().zip(&route.statuses) {
                let count = count.load(Relaxed);
                if count > 0 {
                    let _ = writeln!(
                        out,
                        "backline_requests_total{{route=\"{name}\",status=\"{status}\"}} {count}"
                    );
                }
            }
        }
        head(
            out,
            "backline_request_seconds",
            "histogram",
            "Request to the answer's header, by route.",
        );
        for (name, route) in all() {
            route.latency.write(
                out,
                "backline_request_seconds",
                &format!("route=\"{name}\""),
            );
        }
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn single(out: &mut String, name: &str, kind: &str, help: &str, value: i64) {
    head(out, name, kind, help);
    let _ = writeln!(out, "{name} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_pattern_and_status() {
        let metrics = Metrics::new(&["/a/{id}"]);
        metrics.answered(Some("/a/{id}"), 200, Duration::from_micros(90));
        metrics.answered(Some("/a/{id}"), 418, Duration::from_secs(60));
        metrics.answered(Some("/scan-1"), 404, Duration::ZERO);
        metrics.answered(None, 404, Duration::ZERO);
        let text = metrics.text();
        for line in [
            "backline_requests_total{route=\"/a/{id}\",status=\"200\"} 1",
            "backline_requests_total{route=\"/a/{id}\",status=\"400\"} 1",
            "backline_requests_total{route=\"other\",status=\"404\"} 2",
            "backline_request_seconds_bucket{route=\"/a/{id}\",le=\"0.0001\"} 1",
            "backline_request_seconds_bucket{route=\"/a/{id}\",le=\"5\"} 1",
            "backline_request_seconds_bucket{route=\"/a/{id}\",le=\"+Inf\"} 2",
            "backline_request_seconds_count{route=\"/a/{id}\"} 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn every_series_has_help_and_type_once() {
        let text = Metrics::new(&["/"]).text();
        let types: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("# TYPE"))
            .collect();
        let mut once = types.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(types.len(), once.len());
        assert!(text.contains("\nbackline_edition_generation 0\n"));
    }
}
