//! With which file does a label without DDEX begin?

/// A complete `release.json` of one track.
pub const TEXT: &str = include_str!("template.json");

/// A complete `release.csv` of two tracks.
pub const CSV: &str = include_str!("template.csv");

/// The JSON, as a value.
pub fn value() -> serde_json::Value {
    serde_json::from_str(TEXT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::delivery::Content;
    use crate::{Config, checks, evidence::Evidence, plain};

    #[test]
    fn the_template_passes_every_check_that_needs_no_file() {
        let delivery = plain::read(super::TEXT);
        let Content::Release(release) = &delivery.content else {
            panic!("no release")
        };
        assert_eq!(release.tracks.len(), 1);
        let config = Config::load(None).unwrap();
        let findings = checks::check(&delivery, &Evidence::default(), &config);
        assert_eq!(findings.0, []);
    }
}
