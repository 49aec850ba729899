//! What does one fault look like, wherever it was found?
//!
//! Invariant: a finding names where (file, XPath or JSON pointer, line), what was found, what was
//! expected, by which rule, and what the label should do. Readers and checks only know byte offsets
//! ([`At`]); they become places ([`Place`]) once, at the end, and only if there is something to say.

use crate::checks::Check;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to do.
    Info,
    /// A probable mistake; the release is published all the same.
    Warn,
    /// The release is not published until this is repaired.
    Refuse,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Info => "info",
            Severity::Warn => "warning",
            Severity::Refuse => "refused",
        })
    }
}

/// A byte offset into the decoded message (limited to 64 MiB, so 32 bits are enough).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct At(pub u32);

/// A value of the message and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// Trimmed, entities resolved; never empty (an empty element counts as absent).
    pub value: String,
    /// Where the element or the JSON value begins.
    pub at: At,
}

impl Text {
    /// The value.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the drop.
    pub file: String,
    /// XPath (ERN) or JSON pointer (`release.json`) in the message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// Line in the message, from one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
    /// Column in characters, from one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<u32>,
}

/// One fault or remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable code, as in the table of checks.
    pub code: String,
    /// From the table or the operator's configuration.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// The sentence for a person.
    pub text: String,
    /// The value that was found.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub found: String,
    /// What the rule wants.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub expected: String,
    /// The rule's source.
    pub rule: String,
    /// What the label should do.
    pub remedy: String,
    /// What the eye sees at once: an image as a data URI. Not in `report.json`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub picture: Option<String>,
    #[serde(skip)]
    /// Where in the message, until a place for people takes its stead.
    pub at: Option<At>,
}

impl Finding {
    /// A finding of `check` with its sentence; the other parts are set by the methods below.
    pub(crate) fn of(check: &Check, text: impl Into<String>) -> Finding {
        Finding {
            code: check.code.to_owned(),
            severity: check.severity,
            place: Place::default(),
            text: text.into(),
            found: String::new(),
            expected: String::new(),
            rule: check.rule.to_owned(),
            remedy: String::new(),
            picture: None,
            at: None,
        }
    }

    pub(crate) fn at(mut self, at: At) -> Finding {
        self.at = Some(at);
        self
    }

    /// About a file of the delivery (its path as the message names it), not about the message.
    pub(crate) fn file(mut self, file: &str) -> Finding {
        self.place.file = clip(file);
        self
    }

    pub(crate) fn found(mut self, found: impl AsRef<str>) -> Finding {
        self.found = clip(found.as_ref());
        self
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Finding {
        self.expected = expected.into();
        self
    }

    pub(crate) fn fix(mut self, remedy: impl Into<String>) -> Finding {
        self.remedy = remedy.into();
        self
    }
}

/// Characters of a label's value that a finding repeats; more helps nobody.
const QUOTED: usize = 160;

/// A value short enough to quote, without control characters.
pub(crate) fn clip(value: &str) -> String {
    let mut clipped: String = value
        .chars()
        .take(QUOTED)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if value.chars().nth(QUOTED).is_some() {
        clipped.push('…');
    }
    clipped
}

/// All findings of a delivery, in the order they were made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Whether any of them refuses the release.
    pub fn refuse(&self) -> bool {
        self.0
            .iter()
            .any(|finding| finding.severity == Severity::Refuse)
    }

    /// How many have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// Whether a code is among them.
    pub fn has(&self, code: &str) -> bool {
        self.0.iter().any(|finding| finding.code == code)
    }

    /// Gravest first, then by place: the order in which people read them.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then_with(|| a.place.line.cmp(&b.place.line))
                .then_with(|| a.place.cmp(&b.place))
                .then_with(|| a.code.cmp(&b.code))
        });
    }
}

impl Extend<Finding> for Findings {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        self.0.extend(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks;

    #[test]
    fn the_gravest_finding_comes_first() {
        let mut findings = Findings::default();
        findings.push(Finding::of(&checks::ARTWORK_ADVISED, "small"));
        findings.push(Finding::of(&checks::ISRC_FORM, "bad"));
        findings.sort();
        assert_eq!(findings.0[0].code, "isrc-form");
        assert!(findings.refuse());
    }

    #[test]
    fn a_quoted_value_is_short_and_printable() {
        let clipped = clip(&"a\u{1b}".repeat(500));
        assert_eq!(clipped.chars().count(), QUOTED + 1);
        assert!(!clipped.contains('\u{1b}'));
    }
}
