//! How does a label manager read the report? One self-contained page: no script, no network.

use super::{DeliveryReport, DropReport, Outcome, summary};
use crate::finding::{Finding, Severity};
use std::fmt::Write;

const STYLE: &str = include_str!("style.css");

/// The page.
pub fn page(report: &DropReport) -> String {
    let mut html = String::with_capacity(64 * 1024);
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Delivery report: {drop}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header class=\"top\"><p class=\"eyebrow\">Backline · delivery report</p>\n<h1>{drop}</h1>\n",
        drop = escape(
            report
                .drop
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default()
        ),
    );
    tally(&mut html, report);
    html.push_str("</header>\n");
    remarks(&mut html, report);
    // What has to be repaired stands first; within a group, the drop's order.
    for wanted in [true, false] {
        for delivery in report
            .deliveries
            .iter()
            .filter(|d| (d.outcome == Outcome::Refused) == wanted)
        {
            release(&mut html, delivery);
        }
    }
    if report.deliveries.is_empty() && report.remarks.0.is_empty() {
        html.push_str(
            "<section class=\"release\"><p class=\"quiet\">The drop is empty.</p></section>\n",
        );
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn tally(html: &mut String, report: &DropReport) {
    html.push_str("<ul class=\"tally\">\n");
    let mut item = |class: &str, count: usize, word: &str| {
        if count > 0 {
            let _ = writeln!(html, "<li class=\"{class}\"><b>{count}</b> {word}</li>");
        }
    };
    item("plain", report.deliveries.len(), "delivered");
    item("good", report.count(Outcome::Accepted), "accepted");
    item("plain", report.count(Outcome::Purged), "taken down");
    item("plain", report.count(Outcome::Superseded), "superseded");
    item("warn", report.count(Outcome::Quarantined), "in quarantine");
    item("bad", report.count(Outcome::Refused), "refused");
    item("plain", report.count(Outcome::Test), "test only");
    item(
        "bad",
        report.remarks.count(Severity::Refuse),
        "without a message",
    );
    item("warn", report.findings(Severity::Warn), "warnings");
    html.push_str("</ul>\n");
}

fn remarks(html: &mut String, report: &DropReport) {
    if report.remarks.0.is_empty() {
        return;
    }
    html.push_str(
        "<section class=\"release\">\n<h2>The drop itself</h2>\n<ol class=\"findings\">\n",
    );
    report
        .remarks
        .0
        .iter()
        .for_each(|remark| finding(html, remark));
    html.push_str("</ol>\n</section>\n");
}

fn release(html: &mut String, delivery: &DeliveryReport) {
    let class = match delivery.outcome {
        Outcome::Refused => "bad",
        Outcome::Accepted => "good",
        Outcome::Quarantined => "warn",
        Outcome::Purged | Outcome::Superseded | Outcome::Test => "plain",
    };
    let _ = writeln!(html, "<section class=\"release\">\n<div class=\"head\">");
    match &delivery.thumbnail {
        Some(data) => {
            let title = escape(delivery.title.as_deref().unwrap_or_default());
            let _ = writeln!(
                html,
                "<img class=\"cover\" alt=\"Cover of {title}\" src=\"data:image/jpeg;base64,{}\">",
                escape(data)
            );
        }
        None => html.push_str("<div class=\"cover none\" aria-hidden=\"true\">♪</div>\n"),
    }
    let title = delivery.title.as_deref().unwrap_or(&delivery.message);
    let _ = writeln!(
        html,
        "<div class=\"what\">\n<p class=\"verdict {class}\">{}</p>\n<h2>{}</h2>",
        escape(&summary::verdict(delivery)),
        escape(title)
    );
    let _ = writeln!(
        html,
        "<p class=\"artist\">{}</p>",
        escape(delivery.artist.as_deref().unwrap_or(""))
    );
    facts(html, delivery);
    html.push_str("</div>\n</div>\n");
    if !delivery.findings.0.is_empty() {
        html.push_str("<ol class=\"findings\">\n");
        delivery
            .findings
            .0
            .iter()
            .for_each(|one| finding(html, one));
        html.push_str("</ol>\n");
    } else if delivery.outcome == Outcome::Accepted {
        html.push_str("<p class=\"quiet\">Nothing to repair.</p>\n");
    }
    tracks(html, delivery);
    html.push_str("</section>\n");
}

fn facts(html: &mut String, delivery: &DeliveryReport) {
    html.push_str("<dl>\n");
    let mut fact = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = writeln!(html, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(value));
        }
    };
    fact("label", delivery.label.as_deref());
    fact("release", delivery.reference.as_deref());
    let sender = delivery
        .sender_name
        .as_deref()
        .or(delivery.sender.as_deref());
    fact(
        "sender",
        sender.filter(|sender| Some(*sender) != delivery.label.as_deref()),
    );
    fact("message", Some(&delivery.message));
    fact("id", delivery.message_id.as_deref());
    fact("format", Some(&delivery.format));
    if delivery.outcome == Outcome::Accepted {
        delivery
            .rights
            .iter()
            .for_each(|line| fact("may be heard", Some(line)));
    }
    html.push_str("</dl>\n");
}

fn tracks(html: &mut String, delivery: &DeliveryReport) {
    if delivery.tracks.is_empty() {
        return;
    }
    let count = delivery.tracks.len();
    let _ = writeln!(
        html,
        "<details>\n<summary>{count} {}</summary>\n<div class=\"scroll\"><table>\n<thead><tr><th>place</th>\
         <th>title</th><th>artist</th><th>ISRC</th><th>duration</th></tr></thead>\n<tbody>",
        if count == 1 { "track" } else { "tracks" }
    );
    for track in &delivery.tracks {
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
            escape(&track.place),
            escape(&track.title),
            escape(&track.artist),
            escape(&track.isrc),
            escape(&track.duration)
        );
    }
    html.push_str("</tbody></table></div>\n</details>\n");
}

fn finding(html: &mut String, finding: &Finding) {
    let (class, word) = match finding.severity {
        Severity::Refuse => ("bad", "must be fixed"),
        Severity::Warn => ("warn", "warning"),
        Severity::Info => ("plain", "note"),
    };
    let _ = writeln!(
        html,
        "<li class=\"{class}\">\n<p class=\"said\"><span class=\"tag\">{word}</span> {}</p>",
        escape(&capital(&finding.text))
    );
    let _ = writeln!(
        html,
        "<p class=\"remedy\">{}.</p>",
        escape(&capital(&finding.remedy))
    );
    if let Some(picture) = &finding.picture {
        let _ = writeln!(
            html,
            "<img class=\"look\" alt=\"\" src=\"{}\">",
            escape(picture)
        );
    }
    html.push_str("<p class=\"facts\">");
    if !finding.found.is_empty() {
        let _ = write!(html, "found <b>{}</b>", escape(&finding.found));
    }
    if !finding.expected.is_empty() {
        let _ = write!(html, " · expected <b>{}</b>", escape(&finding.expected));
    }
    html.push_str("</p>\n<p class=\"place\">");
    let _ = write!(html, "<code>{}</code>", escape(&finding.place.file));
    if let Some(line) = finding.place.line {
        let _ = write!(
            html,
            " {}line {line}",
            summary::of_message(&finding.place.file)
        );
    }
    if let Some(path) = finding
        .place
        .path
        .as_deref()
        .filter(|path| !path.is_empty())
    {
        let _ = write!(html, " <code>{}</code>", escape(path));
    }
    let _ = writeln!(
        html,
        " · {} · <code>{}</code></p>\n</li>",
        escape(&finding.rule),
        escape(&finding.code)
    );
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + characters.as_str()
    })
}

/// Text that comes from a label stays text.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_write_markup_into_the_report() {
        assert_eq!(
            escape("<b onclick='x'>&\""),
            "&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;"
        );
    }
}
