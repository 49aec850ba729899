//! What lies in a run's folder when it is finished, and how is each file of it sealed?
//!
//! Lists and the graph write themselves; here are the vectors, what was measured and refused, and the hashes.

use crate::als::Factors;
use crate::ann::FileSeal;
use crate::error::Error;
use crate::events::Events;
use crate::items::Items;
use crate::vectors::VectorsWriter;
use catalog::ids::Sha256;
use std::path::Path;

/// Unit vectors of the items that somebody played.
pub(super) fn vectors(items: &Items<'_>, factors: &Factors) -> VectorsWriter {
    let mut writer = VectorsWriter::new(factors.factors());
    for item in 0..items.len() {
        let members = items.members(item as u32).iter();
        let ids = members
            .map(|recording| items.recordings()[*recording as usize])
            .collect();
        writer.push(&factors.row(item)[..factors.factors()], ids);
    }
    writer
}

pub(super) fn write_json<T: serde::Serialize>(
    folder: &Path,
    name: &str,
    value: &T,
) -> Result<(), Error> {
    let path = folder.join(name);
    let text = serde_json::to_vec_pretty(value).expect("plain data");
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })
}

/// `refused.ndjson`: one line per row that was set aside.
pub(super) fn write_refused(folder: &Path, events: &Events) -> Result<(), Error> {
    if events.refused.is_empty() {
        return Ok(());
    }
    let path = folder.join("refused.ndjson");
    std::fs::write(&path, refused_lines(events)).map_err(|source| Error::File { path, source })
}

pub(super) fn refused_lines(events: &Events) -> String {
    let line = |refused| serde_json::to_string(refused).expect("plain data") + "\n";
    events.refused.iter().map(line).collect()
}

/// Every file of the folder, sorted by name.
pub(super) fn seals(folder: &Path) -> Result<Vec<FileSeal>, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    let mut seals = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        seals.push(FileSeal {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            bytes: path.metadata().map_err(failed(&path))?.len(),
            sha256: Sha256::of_file(&path).map_err(failed(&path))?,
        });
    }
    seals.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(seals)
}
