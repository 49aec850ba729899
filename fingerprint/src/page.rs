//! How do the duplicates look to a person who must decide about them?
//!
//! One HTML file without anything to load: per cluster its members, per match a picture of how
//! well the two agree along the first of them, six seconds a bar.

use std::fmt::Write;

use catalog::cluster::MatchEvidence;
use catalog::ids::RecordingId;

use crate::report::{Report, bend, clock, clusters, words};

/// Width of a bar and height of the picture, pixels.
const BAR: (usize, usize) = (4, 32);

/// Most bars of a picture: 16 minutes. Longer recordings show their beginning.
const MAX_BARS: usize = 160;

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<title>Duplicates</title><style>body{font:15px/1.4 system-ui,sans-serif;margin:2rem auto;\
max-width:60rem;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;\
padding:.2rem .6rem .2rem 0;vertical-align:top}section{border-top:1px solid #ccc;margin-top:1rem}\
code{font-size:.85em}svg{background:#f3f3f3}rect{fill:#1769aa}</style>";

/// The page.
pub fn html(report: &Report) -> String {
    let mut page = String::from(HEAD);
    let _ = write!(page, "<h1>{}</h1>", clusters(report.clusters.len()));
    for cluster in &report.clusters {
        page.push_str("<section><ul>");
        for member in &cluster.members {
            let _ = write!(page, "<li>{}", titled(report, member));
        }
        page.push_str("</ul>");
        matches(&mut page, report, &cluster.evidence);
        page.push_str("</section>");
    }
    if !report.related.is_empty() {
        page.push_str("<section><h2>Related, but no duplicates</h2>");
        matches(&mut page, report, &report.related);
        page.push_str("</section>");
    }
    if !report.covers.is_empty() {
        page.push_str("<section><h2>Perhaps one song, played twice</h2><p>Low severity; nothing is merged.<ul>");
        for cover in &report.covers {
            let [a, b] = [&cover.a, &cover.b].map(|id| titled(report, id));
            let _ = write!(page, "<li>{a} and {b}: {cover}");
        }
        page.push_str("</ul></section>");
    }
    if !report.stems.is_empty() {
        page.push_str("<section><h2>Perhaps stems or mixes of one song</h2><p>Low severity; nothing is merged.<ul>");
        for stems in &report.stems {
            let [a, b] = [&stems.a, &stems.b].map(|id| titled(report, id));
            let _ = write!(page, "<li>{a} and {b}: {}", stems.together);
        }
        page.push_str("</ul></section>");
    }
    page.push_str(
        "<section><p>Wrong? <code>backline fingerprint decide ISRC ISRC different --who NAME \
         --why REASON</code> holds for ever, and so does <code>same</code>.</section></html>",
    );
    page
}

fn matches(page: &mut String, report: &Report, evidence: &[MatchEvidence]) {
    page.push_str(
        "<table><tr><th>of<th>and<th>is<th>starts<th>lasts<th>matching<th>along the first",
    );
    for says in evidence {
        let _ = write!(
            page,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{:.0} % of the shorter, {:.1} % of bits<td>{}",
            titled(report, &says.a),
            titled(report, &says.b),
            words(says.kind),
            clock(says.offset),
            bend(says),
            100.0 * says.share,
            100.0 * says.bit_match,
            picture(report, says),
        );
    }
    page.push_str("</table>");
}

fn titled(report: &Report, id: &RecordingId) -> String {
    match report.names.get(id) {
        Some(name) => format!(
            "{} — {} <code>{}</code>",
            escaped(&name.artist),
            escaped(&name.title),
            escaped(&name.isrc)
        ),
        None => id.to_string(),
    }
}

fn picture(report: &Report, says: &MatchEvidence) -> String {
    let of = |a, b| report.pictures.iter().find(|p| p.a == a && p.b == b);
    let Some(picture) = of(says.a, says.b).or_else(|| of(says.b, says.a)) else {
        return String::new();
    };
    let bars = &picture.along[..picture.along.len().min(MAX_BARS)];
    let (wide, high) = BAR;
    let mut svg = format!(
        "<svg width=\"{}\" height=\"{high}\" role=\"img\" aria-label=\"agreement along the first\">",
        wide * bars.len()
    );
    for (at, &percent) in bars.iter().enumerate() {
        let tall = usize::from(percent.min(100)) * high / 100;
        let (x, y, width) = (at * wide, high - tall, wide - 1);
        let _ = write!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{tall}\"/>"
        );
    }
    svg.push_str("</svg>");
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
