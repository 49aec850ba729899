//! How are the packages fetched that the real music is in, without being root?
//!
//! `apt-get download` needs no root, only package lists. A fresh container has none: then they
//! are fetched into the cache folder, which needs no root either. `dpkg-deb -x` unpacks. A
//! package counts as there when its `.version` file is, which is written last.

use crate::Error;
use catalog::progress::Progress;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An unpacked package.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    root: PathBuf,
    files: Vec<PathBuf>,
}

/// The unpacked packages of a plan.
#[derive(Debug, Default)]
pub(super) struct Packages(Vec<Package>);

impl Packages {
    /// Fetches one package for each list of names, the first name that the archive has.
    pub(super) fn fetch(
        wanted: &[Vec<String>],
        cache: &Path,
        progress: &dyn Progress,
    ) -> Result<Packages, Error> {
        fs::create_dir_all(cache).map_err(Error::disk(cache))?;
        let apt = Apt {
            cache: fs::canonicalize(cache).map_err(Error::disk(cache))?,
        };
        progress.begin("fetch music packages", wanted.len() as u64, "packages");
        let mut packages = Packages::default();
        for names in wanted {
            packages.0.push(apt.package(names, progress)?);
            progress.advance(1);
        }
        progress.finish();
        Ok(packages)
    }

    /// The package that has one of these names.
    pub(super) fn of(&self, names: &[String]) -> Result<&Package, Error> {
        self.0
            .iter()
            .find(|package| names.contains(&package.name))
            .ok_or_else(|| Error::Package {
                package: names.join(" or "),
                reason: "it was not fetched".to_owned(),
            })
    }
}

impl Package {
    /// The file whose path ends with `ending`; of several the first by name.
    pub(super) fn file(&self, ending: &str) -> Result<PathBuf, Error> {
        let found = self.files.iter().find(|path| path.ends_with(ending));
        found.cloned().ok_or_else(|| Error::NoSuchFile {
            package: format!("{} {}", self.name, self.version),
            file: ending.to_owned(),
        })
    }

    /// A path as it stands in the package.
    pub(super) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

struct Apt {
    cache: PathBuf,
}

impl Apt {
    fn package(&self, names: &[String], progress: &dyn Progress) -> Result<Package, Error> {
        for name in names {
            if let Some(package) = self.unpacked(name)? {
                return Ok(package);
            }
        }
        let mut last = None;
        for fresh_lists in [false, true] {
            if fresh_lists && let Err(error) = self.update(progress) {
                return Err(last.unwrap_or(error));
            }
            for name in names {
                progress.note(&format!("fetching {name}"));
                match self
                    .download(name)
                    .and_then(|file| self.unpack(name, &file))
                {
                    Ok(()) => {
                        let package = self.unpacked(name)?;
                        return package.ok_or_else(|| refused(name, "unpacked, but empty".into()));
                    }
                    Err(error) => last = last.or(Some(error)),
                }
            }
        }
        Err(last.unwrap_or_else(|| refused("?", "no name to try".to_owned())))
    }

    fn unpacked(&self, name: &str) -> Result<Option<Package>, Error> {
        let Ok(version) = fs::read_to_string(self.cache.join(format!("{name}.version"))) else {
            return Ok(None);
        };
        let root = self.cache.join(name);
        let mut files = Vec::new();
        walk(&root, &mut files)?;
        files.sort();
        let (name, version) = (name.to_owned(), version.trim().to_owned());
        Ok((!files.is_empty()).then_some(Package {
            name,
            version,
            root,
            files,
        }))
    }

    fn update(&self, progress: &dyn Progress) -> Result<(), Error> {
        progress.note("fetching package lists into the cache folder");
        for folder in ["lists/partial", "archives/partial"] {
            let folder = self.cache.join(folder);
            fs::create_dir_all(&folder).map_err(Error::disk(&folder))?;
        }
        run("apt", self.apt_get(true).arg("update")).map(drop)
    }

    fn download(&self, name: &str) -> Result<PathBuf, Error> {
        let own_lists = self.cache.join("lists/partial").is_dir();
        let folder = self.cache.join("debs").join(name);
        if folder.is_dir() {
            fs::remove_dir_all(&folder).map_err(Error::disk(&folder))?;
        }
        fs::create_dir_all(&folder).map_err(Error::disk(&folder))?;
        run(
            name,
            self.apt_get(own_lists)
                .args(["download", name])
                .current_dir(&folder),
        )?;
        let mut files = Vec::new();
        walk(&folder, &mut files)?;
        let deb = files
            .into_iter()
            .find(|path| path.extension().is_some_and(|e| e == "deb"));
        deb.ok_or_else(|| refused(name, "apt-get said yes and left no .deb".to_owned()))
    }

    fn unpack(&self, name: &str, deb: &Path) -> Result<(), Error> {
        let version = run(
            name,
            Command::new("dpkg-deb").arg("-f").arg(deb).arg("Version"),
        )?;
        let root = self.cache.join(name);
        run(name, Command::new("dpkg-deb").arg("-x").arg(deb).arg(&root))?;
        fs::remove_file(deb).map_err(Error::disk(deb))?;
        let done = self.cache.join(format!("{name}.version"));
        fs::write(&done, version).map_err(Error::disk(&done))
    }

    fn apt_get(&self, own_lists: bool) -> Command {
        let mut command = Command::new("apt-get");
        command
            .env("LC_ALL", "C")
            .args(["-q", "-o", "Acquire::Retries=2"]);
        command.args([
            "-o",
            "Acquire::http::Timeout=30",
            "-o",
            "Acquire::https::Timeout=30",
        ]);
        // The download folder need not be readable by apt's own user, and apt warns of that.
        command.args(["-o", "APT::Sandbox::User="]);
        if own_lists {
            let option =
                |key: &str, folder: &str| format!("{key}={}", self.cache.join(folder).display());
            command.args(["-o", &option("Dir::State::lists", "lists")]);
            command.args(["-o", &option("Dir::Cache::archives", "archives")]);
            command.args([
                "-o",
                "Dir::Cache::pkgcache=",
                "-o",
                "Dir::Cache::srcpkgcache=",
            ]);
        }
        command
    }
}

fn refused(package: &str, reason: String) -> Error {
    Error::Package {
        package: package.to_owned(),
        reason,
    }
}

/// Runs a command to its end; gives what it printed, or its last words as an error.
fn run(package: &str, command: &mut Command) -> Result<String, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| refused(package, format!("{program}: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let error = said
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("no message");
    Err(refused(package, format!("{program}: {}", error.trim())))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::disk(folder))? {
        let entry = entry.map_err(Error::disk(folder))?;
        let kind = entry.file_type().map_err(Error::disk(entry.path()))?;
        if kind.is_dir() {
            walk(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}
