//! How does an evaluation look, in a terminal and in a browser?

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::{Answers, Evaluation, Found, Heard};

/// For a terminal.
pub fn text(evaluation: &Evaluation) -> String {
    let plan = &evaluation.plan;
    let mut out = format!(
        "{} songs of {:.0} s in the catalogue, {} strangers, seed {}\n",
        evaluation.songs.len(),
        plan.seconds,
        evaluation.strangers.len(),
        plan.seed
    );
    for why in &evaluation.left_out {
        let _ = writeln!(out, "LEFT OUT: {why}");
    }
    if !evaluation.found.is_empty() {
        let _ = writeln!(
            out,
            "\n{:<30}{:>7}{:>9}{:>8}{:>7}{:>15}{:>18}  called",
            "duplicates",
            "copies",
            "found %",
            "asked",
            "wrong",
            "fpcalc <.35 %",
            "audfprint, wrong"
        );
    }
    for row in &evaluation.found {
        let _ = writeln!(
            out,
            "{:<30}{:>7}{:>9.1}{:>8}{:>7}{:>15.1}{:>18}  {}",
            row.way,
            row.copies,
            row.recall,
            asked(row.target),
            row.wrong,
            row.fpcalc,
            row.audfprint
                .map_or("-".to_owned(), |(found, wrong)| format!(
                    "{found:.1}, {wrong}"
                )),
            kinds(row)
        );
    }
    for row in &evaluation.found {
        for (copy, other, kind) in &row.taken_for {
            let (copy, other) = (copy.display(), other.display());
            let _ = writeln!(out, "{} of {copy} was taken for {other}: {kind}", row.way);
        }
    }
    for (a, b) in &evaluation.strangers_matched {
        let _ = writeln!(
            out,
            "among the songs themselves: {} = {}",
            a.display(),
            b.display()
        );
    }
    if !evaluation.heard.is_empty() {
        let _ = writeln!(
            out,
            "\n{:<30}{:>5}{:>8}{:>8}{:>10}{:>9}{:>13}{:>9}{:>14}{:>20}{:>18}\n{:>106}{:>38}",
            "clips",
            "s",
            "top %",
            "asked",
            "right %",
            "wrong %",
            "strangers %",
            "shared %",
            "CPU ms",
            "Chromaprint",
            "audfprint",
            "known, others",
            "top, wrong, strangers %"
        );
    }
    for row in &evaluation.heard {
        let _ = writeln!(
            out,
            "{:<30}{:>5.0}{:>8.1}{:>8}{:>10.1}{:>9.1}{:>13.1}{:>9.1}{:>8.1},{:>5.1}{:>20}{:>18}",
            row.noise,
            row.seconds,
            row.top,
            asked(row.target),
            row.right,
            row.wrong,
            row.strangers,
            row.shared,
            row.cpu_ms[0],
            row.cpu_ms[1],
            answers(Some(row.chromaprint)),
            answers(row.audfprint)
        );
    }
    taken(&mut out, evaluation);
    if let Some(found) = &evaluation.replayed {
        let _ = writeln!(
            out,
            "\n{} covers: original among the candidates {:.1} %, best {:.1} %, mean reciprocal rank {:.3}, \
             shown {:.1} %; {} of {} pairs of strangers shown",
            found.covers,
            found.candidates,
            found.top,
            found.reciprocal_rank,
            found.shown,
            found.wrong[0],
            found.wrong[1]
        );
    }
    for (a, b, score) in &evaluation.like_covers {
        let _ = writeln!(
            out,
            "shown as covers among the songs: {} and {}, score {score:.2}",
            a.display(),
            b.display()
        );
    }
    out
}

/// All rows of clips in one line, and which strangers were named, with how much of their sound the
/// song holds.
fn taken(out: &mut String, evaluation: &Evaluation) {
    let clips = |of: usize| {
        evaluation
            .heard
            .iter()
            .map(|row| row.clips[of])
            .sum::<usize>()
    };
    if clips(1) == 0 {
        return;
    }
    // Shares are per cent of a row's clips.
    let all = |of: usize, share: fn(&Heard) -> f64| {
        let rows = evaluation.heard.iter();
        let sum: f64 = rows.map(|row| share(row) * row.clips[of] as f64).sum();
        sum / clips(of) as f64
    };
    let _ = writeln!(
        out,
        "all rows: {:.2} % of clips named wrongly, {:.2} % of strangers' clips named, {:.2} % more for a song whose sound they hold",
        all(0, |row| row.wrong),
        all(1, |row| row.strangers),
        all(1, |row| row.shared)
    );
    let mut pairs: BTreeMap<(&Path, &Path), Vec<f64>> = BTreeMap::new();
    for taken in evaluation.heard.iter().flat_map(|row| &row.taken_for) {
        let pair = pairs.entry((&taken.clip, &taken.song)).or_default();
        pair.push(taken.correlation);
    }
    for ((clip, song), mut correlations) in pairs {
        correlations.sort_by(f64::total_cmp);
        let _ = writeln!(
            out,
            "{} clips of {} were taken for {}: their samples correlate by {:.2} to {:.2}",
            correlations.len(),
            clip.display(),
            song.display(),
            correlations[0],
            correlations[correlations.len() - 1]
        );
    }
}

fn answers(peer: Option<Answers>) -> String {
    peer.map_or("-".to_owned(), |peer| {
        format!(
            "{:.1}, {:.1}, {:.1}",
            peer.right, peer.wrong, peer.strangers
        )
    })
}

fn asked(target: Option<f64>) -> String {
    target.map_or(String::new(), |target| format!("{target:.1}"))
}

fn kinds(row: &Found) -> String {
    let kinds: Vec<String> = row
        .kinds
        .iter()
        .map(|(kind, n)| format!("{kind} {n}"))
        .collect();
    kinds.join(", ")
}

/// A page with the same tables as bars; a line marks what is asked for.
pub fn html(evaluation: &Evaluation) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Evaluation</title>\
         <style>body{font:15px/1.4 system-ui,sans-serif;margin:2rem auto;max-width:60rem}\
         td{padding:0 .6rem 0 0}</style><h1>Evaluation of fingerprints</h1>",
    );
    let _ = write!(
        page,
        "<p>{} songs, {} strangers, seed {}. Line: asked for.",
        evaluation.songs.len(),
        evaluation.strangers.len(),
        evaluation.plan.seed
    );
    if !evaluation.found.is_empty() {
        page.push_str("<h2>Duplicates found</h2>");
        page.push_str(KEY);
    }
    for row in &evaluation.found {
        bar(
            &mut page,
            &row.way,
            row.recall,
            row.target,
            [Some(row.fpcalc), row.audfprint.map(|(found, _)| found)],
        );
    }
    if !evaluation.heard.is_empty() {
        page.push_str("</table><h2>Clips recognised</h2>");
        page.push_str(KEY);
    }
    for row in &evaluation.heard {
        bar(
            &mut page,
            &format!("{}, {:.0} s", row.noise, row.seconds),
            row.top,
            row.target,
            [
                Some(row.chromaprint.right),
                row.audfprint.map(|peer| peer.right),
            ],
        );
    }
    page.push_str("</table></html>");
    page
}

/// What the colours of [`bar`] mean, before the table they stand in.
const KEY: &str = "<p><span style=\"color:#1769aa\">■</span> ours, \
    <span style=\"color:#9bbcd6\">■</span> Chromaprint's items alone, \
    <span style=\"color:#c9a227\">■</span> audfprint, where it is installed.<table>";

fn bar(page: &mut String, name: &str, value: f64, target: Option<f64>, peers: [Option<f64>; 2]) {
    let _ = write!(
        page,
        "<tr><td>{name}<td>{value:.1} %<td><svg width=\"404\" height=\"20\">"
    );
    let bars = [
        (Some(value), 1, 8, "#1769aa"),
        (peers[0], 10, 4, "#9bbcd6"),
        (peers[1], 15, 4, "#c9a227"),
    ];
    for (value, y, height, colour) in bars {
        if let Some(value) = value {
            let width = 4.0 * value;
            let _ = write!(
                page,
                "<rect y=\"{y}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{colour}\"/>"
            );
        }
    }
    if let Some(target) = target {
        let x = 4.0 * target;
        let _ = write!(
            page,
            "<rect x=\"{x:.1}\" width=\"2\" height=\"20\" fill=\"#b00020\"/>"
        );
    }
    page.push_str("</svg>");
}
