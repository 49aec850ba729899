//! How does an evaluation look, in a terminal and in a browser?

use std::fmt::Write;

use super::{Evaluation, Found, Heard};

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
            "\n{:<30}{:>7}{:>9}{:>8}{:>7}{:>15}  called",
            "duplicates", "copies", "found %", "asked", "wrong", "fpcalc <.35 %"
        );
    }
    for row in &evaluation.found {
        let _ = writeln!(
            out,
            "{:<30}{:>7}{:>9.1}{:>8}{:>7}{:>15.1}  {}",
            row.way,
            row.copies,
            row.recall,
            asked(row.target),
            row.wrong,
            row.fpcalc,
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
            "\n{:<30}{:>5}{:>8}{:>8}{:>10}{:>9}{:>13}{:>9}",
            "clips", "s", "top %", "asked", "right %", "wrong %", "strangers %", "CPU ms"
        );
    }
    for row in &evaluation.heard {
        let _ = writeln!(
            out,
            "{:<30}{:>5.0}{:>8.1}{:>8}{:>10.1}{:>9.1}{:>13.1}{:>9.1}",
            row.noise,
            row.seconds,
            row.top,
            asked(row.target),
            row.right,
            row.wrong,
            row.strangers,
            row.cpu_ms
        );
    }
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
        page.push_str("<h2>Duplicates found</h2><p>Pale: fpcalc's fingerprints alone.<table>");
    }
    for row in &evaluation.found {
        bar(
            &mut page,
            &row.way,
            row.recall,
            row.target,
            Some(row.fpcalc),
        );
    }
    if !evaluation.heard.is_empty() {
        page.push_str("</table><h2>Clips recognised</h2><table>");
    }
    for Heard {
        noise,
        seconds,
        top,
        target,
        ..
    } in &evaluation.heard
    {
        bar(
            &mut page,
            &format!("{noise}, {seconds:.0} s"),
            *top,
            *target,
            None,
        );
    }
    page.push_str("</table></html>");
    page
}

fn bar(page: &mut String, name: &str, value: f64, target: Option<f64>, pale: Option<f64>) {
    let _ = write!(
        page,
        "<tr><td>{name}<td>{value:.1} %<td><svg width=\"404\" height=\"18\">"
    );
    if let Some(pale) = pale {
        let width = 4.0 * pale;
        let _ = write!(
            page,
            "<rect y=\"11\" width=\"{width:.1}\" height=\"5\" fill=\"#9bbcd6\"/>"
        );
    }
    let width = 4.0 * value;
    let _ = write!(
        page,
        "<rect y=\"2\" width=\"{width:.1}\" height=\"9\" fill=\"#1769aa\"/>"
    );
    if let Some(target) = target {
        let x = 4.0 * target;
        let _ = write!(
            page,
            "<rect x=\"{x:.1}\" width=\"2\" height=\"18\" fill=\"#b00020\"/>"
        );
    }
    page.push_str("</svg>");
}
