//! How are the files of one release written? Resources first, the message last, as labels do.

use super::{Receipt, size};
use crate::Error;
use crate::drop::plan::{Label, Message, Plan, Release};
use crate::drop::{Delivery, Master, Resource, ern_writer, origin, release_json};
use crate::job::packages::Packages;
use crate::job::{flac, masters};
use catalog::ids::Sha256;
use catalog::progress::Progress;
use md5::{Digest, Md5};
use rayon::prelude::*;
use std::fs;
use std::path::Path;

/// What a release is written with.
pub(super) struct Writer<'a> {
    pub(super) folder: &'a Path,
    pub(super) plan: &'a Plan,
    pub(super) packages: Option<&'a Packages>,
    pub(super) progress: &'a dyn Progress,
}

impl Writer<'_> {
    /// Writes one release and says what it wrote.
    pub(super) fn release(
        &self,
        label: &Label,
        release: &Release,
        plan: Sha256,
    ) -> Result<Receipt, Error> {
        let inside = format!("{}/{}", label.folder, release.gtin);
        let folder = self.folder.join(&inside);
        let resources = folder.join("resources");
        fs::create_dir_all(&resources).map_err(Error::disk(&resources))?;
        let masters = (0..release.tracks.len())
            .into_par_iter()
            .map(|at| self.master(&folder, label, release, at))
            .collect::<Result<Vec<Master>, Error>>()?;
        let cover = draw(&folder, label, release)?;
        let delivery = Delivery {
            label,
            release,
            masters: &masters,
            cover: &cover,
        };
        let (name, message) = match label.message {
            Message::Ern => (
                format!("{}.xml", release.gtin),
                ern_writer::message(&delivery),
            ),
            Message::Json => ("release.json".to_owned(), release_json::document(&delivery)),
        };
        if release.truncated {
            truncate(&folder.join(&masters[0].resource.file))?;
        }
        let place = folder.join(&name);
        fs::write(&place, &message).map_err(Error::disk(&place))?;
        let names = masters
            .iter()
            .map(|m| m.resource.file.as_str())
            .chain([&*cover.file, &*name]);
        let files = names
            .map(|name| describe(&folder, name).map(|file| inside_of(&inside, file)))
            .collect::<Result<_, Error>>()?;
        let seconds = masters.iter().map(|master| master.millis).sum::<u64>() / 1000;
        Ok(Receipt {
            plan,
            files,
            seconds,
            origin: origin::lines(label, release, &masters),
        })
    }

    fn master(
        &self,
        folder: &Path,
        label: &Label,
        release: &Release,
        at: usize,
    ) -> Result<Master, Error> {
        let track = &release.tracks[at];
        let sound = masters::sound(self.plan, track, self.packages)?;
        let name = match label.message {
            Message::Ern => format!(
                "resources/{}_{:02}_{:03}.flac",
                release.gtin, track.disc, track.number
            ),
            Message::Json => format!("resources/{:02}.flac", at + 1),
        };
        flac::write(&folder.join(&name), &sound.pcm)?;
        let resource = describe(folder, &name)?;
        self.progress.advance(1);
        Ok(Master {
            resource,
            millis: sound.pcm.millis(),
            rate: sound.pcm.rate.hz(),
            origin: sound.origin,
            licence: track.licence.clone(),
        })
    }
}

fn draw(folder: &Path, label: &Label, release: &Release) -> Result<Resource, Error> {
    let name = match label.message {
        Message::Ern => format!("resources/{}.jpg", release.gtin),
        Message::Json => "resources/cover.jpg".to_owned(),
    };
    let hash = Sha256::of(format!("{} {}", release.gtin, release.title));
    let seed = hash.0[..8]
        .iter()
        .fold(0u64, |seed, byte| seed << 8 | u64::from(*byte));
    let picture = crate::cover::draw(&release.title, &release.artist, seed).map_err(|source| {
        Error::Cover {
            title: release.title.clone(),
            source,
        }
    })?;
    let place = folder.join(&name);
    fs::write(&place, picture).map_err(Error::disk(&place))?;
    describe(folder, &name)
}

/// Cuts a file to three fifths, as an upload that broke off.
fn truncate(path: &Path) -> Result<(), Error> {
    let bytes = size(path).unwrap_or(0);
    let file = fs::OpenOptions::new()
        .write(true)
        .open(path)
        .map_err(Error::disk(path))?;
    file.set_len(bytes * 3 / 5).map_err(Error::disk(path))
}

fn describe(folder: &Path, name: &str) -> Result<Resource, Error> {
    let path = folder.join(name);
    let bytes = fs::read(&path).map_err(Error::disk(&path))?;
    let md5 = Md5::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Resource {
        file: name.to_owned(),
        bytes: bytes.len() as u64,
        sha256: Sha256::of(&bytes),
        md5,
    })
}

fn inside_of(folder: &str, resource: Resource) -> Resource {
    Resource {
        file: format!("{folder}/{}", resource.file),
        ..resource
    }
}
