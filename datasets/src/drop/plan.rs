//! What is delivered, by whom, and what is planted in it?
//!
//! Three plans come from the same kind of tables: real music from Debian's archive, composed
//! music for machines that can't reach it, and a short form of the latter for quick trials.

mod row;

pub use super::tsv::TableError;
use super::tsv::rows;
use crate::synth::Brief;

/// Longest track of the short form, in seconds.
pub const SHORT_SECONDS: u32 = 32;

/// Which plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Real music, from packages.
    Real,
    /// Composed music, the same shape.
    Composed,
    /// A few short composed tracks.
    Short,
}

/// How a label writes its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// DDEX ERN 4.3.
    Ern,
    /// Plain `release.json`.
    Json,
}

/// A sender of releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Folder name in the drop.
    pub folder: String,
    /// Name for people.
    pub name: String,
    /// Sender's identifier: a DDEX party id with its check character, or a plain key.
    pub sender: String,
    /// Form of the messages.
    pub message: Message,
    /// `MD5` or `SHA-256`: the hash sum that ERN messages of this label carry.
    pub hash: String,
    /// Three digits of its GTINs.
    block: u16,
    /// Three characters of its ISRCs.
    registrant: String,
    /// What it delivers, in order.
    pub releases: Vec<Release>,
}

/// A planned release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Key in the tables.
    pub key: String,
    /// Number within the label.
    pub number: u16,
    /// GTIN-13.
    pub gtin: String,
    /// Title and version.
    pub title: String,
    /// Version, such as `Selections`.
    pub version: Option<String>,
    /// `Album`, `EP`, `Single` or `Compilation`.
    pub kind: String,
    /// Display artist.
    pub artist: String,
    /// The label's word for the genre.
    pub genre: String,
    /// BCP 47; `zxx` = no words.
    pub language: String,
    /// Year and owner of the recording's copyright.
    pub p_line: String,
    /// First release anywhere: a date, perhaps only its year.
    pub original: String,
    /// Release date here.
    pub street: String,
    /// First instant of the deals.
    pub start: String,
    /// `Worldwide`, or ISO 3166-1 alpha-2 codes.
    pub territories: Vec<String>,
    /// One master is cut in the middle after its checksum was taken.
    pub truncated: bool,
    /// The tracks in order.
    pub tracks: Vec<Track>,
}

/// A planned track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// Disc, from 1.
    pub disc: u16,
    /// Number on the disc, from 1.
    pub number: u16,
    /// The ISRC.
    pub isrc: String,
    /// Title.
    pub title: String,
    /// Display artist.
    pub artist: String,
    /// The label's word for the genre.
    pub genre: String,
    /// Licence of the music.
    pub licence: String,
    /// Where the sound comes from.
    pub source: Source,
}

/// Where the sound of a master comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Files of a Debian package, mixed together if there are several (stems).
    Package {
        /// Names to try, the first that the archive has.
        names: Vec<String>,
        /// Endings of the files' paths.
        files: Vec<String>,
    },
    /// Composed here.
    Composed(Brief),
    /// The recording of another track, 1 dB quieter and without its first half second.
    Copy {
        /// Key of the other release.
        release: String,
        /// Disc and number of the track there.
        disc: u16,
        /// Number on the disc.
        number: u16,
    },
}

/// All that one drop delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Which plan it is.
    pub form: Form,
    /// Who delivers.
    pub labels: Vec<Label>,
}

impl Plan {
    /// The plan of a form, from the tables compiled in.
    ///
    /// # Errors
    /// [`TableError`] when a table was edited wrongly.
    pub fn load(form: Form) -> Result<Plan, TableError> {
        let real = form == Form::Real;
        let labels = if real {
            rows(
                "real-labels.tsv",
                include_str!("../data/real-labels.tsv"),
                7,
            )?
        } else {
            rows(
                "composed-labels.tsv",
                include_str!("../data/composed-labels.tsv"),
                7,
            )?
        };
        let releases = if real {
            rows(
                "real-releases.tsv",
                include_str!("../data/real-releases.tsv"),
                16,
            )?
        } else {
            rows(
                "composed-releases.tsv",
                include_str!("../data/composed-releases.tsv"),
                16,
            )?
        };
        let tracks = if real {
            rows(
                "real-tracks.tsv",
                include_str!("../data/real-tracks.tsv"),
                10,
            )?
        } else {
            rows(
                "composed-tracks.tsv",
                include_str!("../data/composed-tracks.tsv"),
                10,
            )?
        };
        let mut plan = Plan {
            form,
            labels: Vec::new(),
        };
        for row in &labels {
            let mut label = row::label(row)?;
            for row in releases.iter().filter(|row| row.text(0) == label.folder) {
                if form == Form::Short && row.text(15) != "yes" {
                    continue;
                }
                let release = row::release(row, &label, &tracks, form)?;
                label.releases.push(release);
            }
            plan.labels.push(label);
        }
        Ok(plan)
    }

    /// All releases with their labels.
    pub fn releases(&self) -> impl Iterator<Item = (&Label, &Release)> {
        self.labels
            .iter()
            .flat_map(|label| label.releases.iter().map(move |r| (label, r)))
    }

    /// The track that a copy is made of.
    pub fn track(&self, release: &str, disc: u16, number: u16) -> Option<&Track> {
        self.releases()
            .find(|(_, r)| r.key == release)
            .and_then(|(_, r)| {
                r.tracks
                    .iter()
                    .find(|t| (t.disc, t.number) == (disc, number))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn load(form: Form) -> Plan {
        Plan::load(form).expect("the tables are right")
    }

    #[test]
    fn every_plan_has_what_the_later_stages_must_find() {
        for form in [Form::Real, Form::Composed, Form::Short] {
            let plan = load(form);
            let releases: Vec<_> = plan.releases().map(|(_, release)| release).collect();
            assert_eq!(
                releases.iter().filter(|r| r.truncated).count(),
                1,
                "{form:?}"
            );
            assert_eq!(
                releases.iter().filter(|r| r.territories.len() == 3).count(),
                1,
                "{form:?}"
            );
            assert_eq!(
                releases
                    .iter()
                    .filter(|r| r.start.starts_with("2031"))
                    .count(),
                1
            );
            let copies: Vec<_> = releases
                .iter()
                .flat_map(|r| &r.tracks)
                .filter(|t| matches!(t.source, Source::Copy { .. }))
                .collect();
            assert_eq!(copies.len(), 1, "{form:?}");
            let Source::Copy {
                release,
                disc,
                number,
            } = &copies[0].source
            else {
                unreachable!()
            };
            let original = plan
                .track(release, *disc, *number)
                .expect("the copied track exists");
            assert_eq!(original.title, copies[0].title);
            assert_ne!(original.isrc, copies[0].isrc);
        }
    }

    #[test]
    fn the_full_plans_are_large_enough() {
        for form in [Form::Real, Form::Composed] {
            let plan = load(form);
            assert!(plan.labels.len() >= 3);
            assert!(plan.releases().count() >= 8);
            let tracks: usize = plan.releases().map(|(_, r)| r.tracks.len()).sum();
            assert!(tracks >= 42, "{form:?}: {tracks}");
            assert!(
                plan.labels
                    .iter()
                    .filter(|l| l.message == Message::Ern)
                    .count()
                    >= 2
            );
            assert!(plan.labels.iter().any(|l| l.message == Message::Json));
        }
    }

    #[test]
    fn no_number_is_used_twice() {
        for form in [Form::Real, Form::Composed, Form::Short] {
            let plan = load(form);
            let (mut gtins, mut isrcs) = (HashSet::new(), HashSet::new());
            for (_, release) in plan.releases() {
                assert!(gtins.insert(&release.gtin), "{}", release.gtin);
                for track in &release.tracks {
                    assert!(isrcs.insert(&track.isrc), "{}", track.isrc);
                }
            }
        }
    }
}
