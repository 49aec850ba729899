//! Where does the secret stand that tokens are signed with?

use crate::Error;
use crate::token::{SECRET_BYTES, TokenError};
use rand::TryRng;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Reads the secret that signs: the first line that is neither empty nor a `#` comment, without
/// the blanks around it. (A file may hold a second one that the server still verifies.)
///
/// # Errors
/// [`TokenError::NoSecret`], [`TokenError::ShortSecret`] or what the disk says.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let place = path.display().to_string();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(TokenError::NoSecret { place }.into());
        }
        Err(source) => {
            return Err(Error::Disk {
                path: path.to_owned(),
                source,
            });
        }
    };
    let mut lines = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let secret = lines.next().unwrap_or_default().to_vec();
    if secret.len() < SECRET_BYTES {
        let found = secret.len();
        return Err(TokenError::ShortSecret { place, found }.into());
    }
    Ok(secret)
}

/// Writes a new secret (32 random bytes in hex) that only its owner may read, if there is none.
///
/// # Errors
/// What the disk or the system's random source says.
pub fn create(path: &Path) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    let mut file = match options.write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(source) => {
            return Err(Error::Disk {
                path: path.to_owned(),
                source,
            });
        }
    };
    let mut bytes = [0u8; SECRET_BYTES];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Error::Disk {
            path: path.to_owned(),
            source: std::io::Error::other(error.to_string()),
        })?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{text}").map_err(Error::disk(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_new_secret_is_for_its_owner_only_and_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        assert!(read(&path).unwrap_err().to_string().contains("--create"));
        create(&path).unwrap();
        let first = read(&path).unwrap();
        assert_eq!(first.len(), 2 * SECRET_BYTES);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        create(&path).unwrap();
        assert_eq!(read(&path).unwrap(), first);
    }

    #[test]
    fn the_first_secret_of_a_file_signs_and_a_short_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let (new, old) = ("n".repeat(32), "o".repeat(32));
        fs::write(&path, format!("# rotated today\n\n{new} \n{old}\n")).unwrap();
        assert_eq!(read(&path).unwrap(), new.as_bytes());
        fs::write(&path, "short\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("5 bytes"));
    }
}
