//! How does an evaluation look to a person? One HTML page without scripts or outside files: bars with
//! their intervals, what each model brings, groups of listeners, and the figures as a table.

use std::fmt::Write;

use crate::blend::FEATURE_NAMES;
use crate::evaluate::{Evaluation, Scored};
use crate::metrics::Metrics;

/// Pixels of a bar's row, and of the space for names and for bars.
const ROW: usize = 26;
const NAMES: usize = 190;
const BARS: usize = 420;

const STYLE: &str = "
body{font:16px/1.45 system-ui,sans-serif;color:#1d2433;background:#fff;margin:2rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p{max-width:46rem;margin:.4rem 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;display:block;overflow-x:auto}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #d8dce5;white-space:nowrap}
th:first-child,td:first-child{text-align:left}svg{max-width:100%;height:auto}svg text{font:13px system-ui,sans-serif;fill:#1d2433}
.bar{fill:#8fa3c8}.own{fill:#2f6b4f}.loss{fill:#b4573b}.whisker{stroke:#1d2433;stroke-width:1.5}.axis{stroke:#1d2433}
@media(prefers-color-scheme:dark){body,svg text{color:#e6e9f0;fill:#e6e9f0;background:#14171f}th,td{border-color:#333a4a}.whisker,.axis{stroke:#e6e9f0}}";

/// One bar: its name, value, half interval, and class of its colour.
struct Bar {
    name: String,
    value: f64,
    half: f64,
    class: &'static str,
}

/// The page.
pub fn html(evaluation: &Evaluation) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>Recommendations, evaluated</title><style>{STYLE}</style><h1>Recommendations, evaluated</h1>"
    );
    let mut put = |text: &str| page.push_str(text);
    put(&format!(
        "<p>{}; {} listeners. Whiskers are 95 % intervals of the mean over listeners.</p>",
        escaped(&evaluation.about),
        evaluation.listeners()
    ));
    if !evaluation.in_force.is_empty() {
        put(&in_force(evaluation));
    }
    let all = || evaluation.models.iter().chain(&evaluation.peers);
    put("<h2>NDCG of the first hundred</h2>");
    put(&bars(&models(all(), |m| (m.ndcg_100, m.plus_minus[2]))));
    put("<h2>Recall among the first twenty</h2>");
    put(&bars(&models(all(), |m| (m.recall_20, m.plus_minus[0]))));
    if let Some(blend) = evaluation
        .models
        .last()
        .filter(|_| !evaluation.without.is_empty())
    {
        put(
            "<h2>What each model brings</h2><p>NDCG of the first hundred that the blend loses without it, its weights learned anew.</p>",
        );
        let lost = evaluation.without.iter().map(|s| Bar {
            name: s.model.trim_start_matches("blend ").to_owned(),
            value: blend.metrics.ndcg_100 - s.metrics.ndcg_100,
            half: 0.0,
            class: "loss",
        });
        put(&bars(&lost.collect::<Vec<_>>()));
    }
    for (by, title) in [
        ("history", "By amount of history"),
        ("country", "By country"),
    ] {
        let of: Vec<Bar> = evaluation
            .groups
            .iter()
            .filter(|group| group.by == by)
            .map(|group| Bar {
                name: format!("{} ({})", group.name, group.blend.listeners),
                value: group.blend.ndcg_10,
                half: group.blend.plus_minus[1],
                class: "own",
            })
            .collect();
        if !of.is_empty() {
            put(&format!(
                "<h2>{title}</h2><p>NDCG of the first ten of the blend; listeners in brackets.</p>"
            ));
            put(&bars(&of));
        }
    }
    put("<h2>All figures</h2>");
    put(&table(all().chain(&evaluation.without)));
    put(&weights(evaluation));
    page
}

fn models<'a>(
    scored: impl Iterator<Item = &'a Scored>,
    figure: impl Fn(&Metrics) -> (f64, f64),
) -> Vec<Bar> {
    let bar = |s: &Scored| {
        let (value, half) = figure(&s.metrics);
        let class = if s.model == "blend" { "own" } else { "bar" };
        Bar {
            name: s.model.clone(),
            value,
            half,
            class,
        }
    };
    scored.map(bar).collect()
}

fn bars(bars: &[Bar]) -> String {
    let most = bars
        .iter()
        .map(|b| (b.value + b.half).abs())
        .fold(1e-9, f64::max);
    let least = bars.iter().map(|b| b.value).fold(0.0, f64::min);
    let span = most - least;
    let at = |value: f64| NAMES as f64 + (value - least) / span * BARS as f64;
    let height = bars.len() * ROW + 8;
    let width = NAMES + BARS + 110;
    let mut out =
        format!("<svg viewBox=\"0 0 {width} {height}\" width={width} height={height} role=img>");
    for (row, bar) in bars.iter().enumerate() {
        let y = row * ROW + 4;
        let (zero, end) = (at(0.0), at(bar.value));
        let (left, length) = (zero.min(end), (end - zero).abs().max(0.5));
        let middle = y + ROW / 2 - 2;
        let _ = write!(
            out,
            "<text x={} y={} text-anchor=end>{}</text><rect class={} x={left:.1} y={y} width={length:.1} height={}></rect>",
            NAMES - 8,
            middle + 5,
            escaped(&bar.name),
            bar.class,
            ROW - 6
        );
        if bar.half > 0.0 {
            let (from, to) = (at(bar.value - bar.half), at(bar.value + bar.half));
            let _ = write!(
                out,
                "<line class=whisker x1={from:.1} x2={to:.1} y1={middle} y2={middle}></line>"
            );
        }
        let label = at(bar.value.max(0.0) + bar.half) + 6.0;
        let _ = write!(
            out,
            "<text x={label:.1} y={}>{:.4}</text>",
            middle + 5,
            bar.value
        );
    }
    let zero = at(0.0);
    let _ = write!(
        out,
        "<line class=axis x1={zero:.1} x2={zero:.1} y1=0 y2={height}></line></svg>"
    );
    out
}

fn table<'a>(scored: impl Iterator<Item = &'a Scored>) -> String {
    let mut out =
        "<table><tr><th>model<th>recall@20<th>NDCG@10<th>NDCG@100<th>MAP@10<th>coverage@20\
                   <th>novelty, bits<th>diversity<th>long tail</tr>"
            .to_owned();
    for s in scored {
        let m = &s.metrics;
        let _ = write!(out, "<tr><td>{}", escaped(&s.model));
        for (value, half) in [m.recall_20, m.ndcg_10, m.ndcg_100, m.map_10]
            .iter()
            .zip(m.plus_minus)
        {
            let _ = write!(out, "<td>{value:.4} ±{half:.4}");
        }
        let _ = write!(
            out,
            "<td>{:.3}<td>{:.2}<td>{:.3}<td>{:.3}</tr>",
            m.coverage_20, m.novelty_20, m.diversity_20, m.tail_20
        );
    }
    out + "</table>"
}

/// The figures of the edition in force beside these.
fn in_force(evaluation: &Evaluation) -> String {
    let own = evaluation.named();
    let mut out = "<h2>Beside the edition in force</h2><table><tr><th>figure<th>in force<th>now<th>change</tr>".to_owned();
    for (name, before) in &evaluation.in_force {
        if let Some(now) = own.get(name) {
            let _ = write!(
                out,
                "<tr><td>{}<td>{before:.4}<td>{now:.4}<td>{:+.4}</tr>",
                escaped(name),
                now - before
            );
        }
    }
    out + "</table>"
}

fn weights(evaluation: &Evaluation) -> String {
    let Some(weights) = &evaluation.weights else {
        return String::new();
    };
    let mut out = format!(
        "<h2>Weights</h2><p>Learned from {} listeners of a validation part.</p><table><tr><th>feature<th>weight<th>per doubling of the history</tr>",
        evaluation.taught_by
    );
    for ((name, base), slope) in FEATURE_NAMES
        .iter()
        .zip(weights.base)
        .zip(weights.by_history)
    {
        let _ = write!(out, "<tr><td>{name}<td>{base:.3}<td>{slope:+.3}</tr>");
    }
    out.push_str("</table>");
    if !evaluation.tuned.is_empty() {
        out.push_str("<h2>Settings</h2><p>Chosen on a validation part of the training data.</p><table><tr><th>setting<th>value</tr>");
        for (name, value) in &evaluation.tuned {
            let _ = write!(out, "<tr><td>{}<td>{value}</tr>", escaped(name));
        }
        out.push_str("</table>");
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_a_bar_and_names_are_no_markup() {
        let scored = |model: &str, ndcg_100| Scored {
            model: model.to_owned(),
            metrics: Metrics {
                ndcg_100,
                listeners: 9,
                ..Metrics::default()
            },
        };
        let evaluation = Evaluation {
            about: "a <b> & c".to_owned(),
            models: vec![scored("popularity", 0.1), scored("blend", 0.4)],
            without: vec![scored("blend without ALS", 0.45)],
            peers: vec![scored("theirs", 0.2)],
            in_force: [("ndcg@100".to_owned(), 0.3)].into(),
            ..Evaluation::default()
        };
        let page = html(&evaluation);
        assert!(page.contains("a &lt;b&gt; &amp; c") && !page.contains("<b>"));
        for text in [
            "popularity</text>",
            "theirs</text>",
            "without ALS</text>",
            ">-0.0500<",
            "<td>+0.1000",
        ] {
            assert!(page.contains(text), "{text} in {page}");
        }
    }
}
